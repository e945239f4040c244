// random.mjs - values from a seed: the same for the same seed and number on
// every machine. Edges (0, 1, powers of two, their neighbours) are common.

// splitmix32 over seed and number.
export function generator (seed, number) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  const below = (bound) => next() % bound
  const hex = (bytes) => Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, '0')).join('')
  const bits = (n) => n === 0 ? 0n : BigInt.asUintN(n, BigInt('0x' + hex(Math.ceil(n / 8))))
  return {
    below,
    chance: (oneIn) => below(oneIn) === 0,
    pick: (list) => list[below(list.length)],
    list: (max, make) => Array.from({ length: below(max + 1) }, make),
    bytes: (n) => '0x' + hex(n),
    // A number of at most n bits.
    number: (n) => {
      switch (below(5)) {
        case 0: return bits(below(n + 1))
        case 1: return BigInt.asUintN(n, 1n << BigInt(below(n)))
        case 2: return (1n << BigInt(below(n + 1))) - 1n
        case 3: return BigInt(below(3))
        default: return bits(n)
      }
    }
  }
}

const CURVE = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141n

export function anyKey (random) {
  const n = BigInt(random.bytes(32)) % (CURVE - 1n) + 1n
  return '0x' + n.toString(16).padStart(64, '0')
}

const TEXTS = ['', 'a', 'Joy', 'ünï', '投票', '🙂', 'two words', '"quoted" \\ ', 'x'.repeat(31), 'y'.repeat(32), 'z'.repeat(33), 'line\nline']
export const anyText = (random) => random.list(3, () => random.pick(TEXTS)).join('')

// Types of the ABI as { type, name, components? }, and values as ethers and
// viem both take them: bigint, boolean, text, arrays.
const name = (i) => `m${i}`

function anyAtom (random) {
  switch (random.below(8)) {
    case 0: return `uint${8 * (1 + random.below(32))}`
    case 1: return `int${8 * (1 + random.below(32))}`
    case 2: return `bytes${1 + random.below(32)}`
    case 3: return 'bytes'
    case 4: return 'string'
    case 5: return 'bool'
    case 6: return 'uint256'
    default: return 'address'
  }
}

const SUFFIXES = ['', '', '', '', '[]', '[]', '[2]', '[3][]', '[][2]', '[][]']

export function anyType (random, i, depth) {
  const suffix = random.pick(SUFFIXES)
  if (depth > 0 && random.chance(4)) {
    const components = Array.from({ length: 1 + random.below(3) }, (_, j) => anyType(random, j, depth - 1))
    return { name: name(i), type: 'tuple' + suffix, components }
  }
  return { name: name(i), type: anyAtom(random) + suffix }
}

export function anyValue (random, t) {
  const array = /^(.*)\[(\d*)\]$/.exec(t.type)
  if (array) {
    const length = array[2] === '' ? random.below(4) : Number(array[2])
    return Array.from({ length }, () => anyValue(random, { ...t, type: array[1] }))
  }
  if (t.type === 'tuple') return t.components.map((c) => anyValue(random, c))
  if (t.type === 'bool') return random.chance(2)
  if (t.type === 'string') return anyText(random)
  if (t.type === 'bytes') return random.bytes(random.below(70))
  if (t.type === 'address') return random.bytes(20)
  if (t.type.startsWith('bytes')) return random.bytes(Number(t.type.slice(5)))
  if (t.type.startsWith('uint')) return random.number(Number(t.type.slice(4)))
  const size = Number(t.type.slice(3))
  return BigInt.asIntN(size, random.number(size))
}
