// cases.mjs - one random case of each kind: the lines that evm_tool is given
// and the answers that ethers or viem, or both, would give.
//
// Signing in JavaScript takes most of the time, so that ethers and viem take
// turns at it (signatures are deterministic); what needs no curve is asked of
// both.
import * as ethers from 'ethers'
import * as viem from 'viem'
import * as accounts from 'viem/accounts'
import { parseErc6492Signature, serializeErc6492Signature } from 'viem/utils'
import { createSiweMessage } from 'viem/siwe'
import { ParsedMessage } from '@spruceid/siwe-parser'
import { anyKey, anyText, anyType, anyValue, generator } from './random.mjs'

const abi = ethers.AbiCoder.defaultAbiCoder()
const line = (...parts) => parts.join('\t')
const same = (what, a, b) => {
  if (a !== b) throw new Error(`ethers and viem differ in ${what}: ${a} ${b}`)
  return a
}

// ---- transactions ----

const anyAccesses = (random) => random.list(3, () => ({
  address: ethers.getAddress(random.bytes(20)),
  storageKeys: random.list(3, () => random.bytes(32))
}))

function anyTx (random, type) {
  const creates = random.chance(5)
  const fee = random.number(120)
  return {
    type,
    chainId: random.pick([1n, 137n, 80002n, 421614n, random.number(50) + 1n]),
    nonce: Number(random.number(48)),
    gasLimit: random.number(40),
    price: type === 2 ? 0n : fee,
    fee: type === 2 ? fee : 0n,
    tip: type === 2 ? (random.chance(3) ? fee : fee / 3n) : 0n,
    to: creates ? null : ethers.getAddress(random.bytes(20)),
    value: random.number(random.pick([64, 255])) / 2n,
    data: random.bytes(creates ? 1 + random.below(80) : random.pick([0, 1, 4, 36, 68, 300])),
    accesses: type === 0 ? [] : anyAccesses(random)
  }
}

const forEthers = (t) => ({
  type: t.type,
  chainId: t.chainId,
  nonce: t.nonce,
  gasLimit: t.gasLimit,
  to: t.to,
  value: t.value,
  data: t.data,
  ...(t.type === 2 ? { maxFeePerGas: t.fee, maxPriorityFeePerGas: t.tip } : { gasPrice: t.price }),
  ...(t.type === 0 ? {} : { accessList: t.accesses })
})

const VIEM_TYPES = ['legacy', 'eip2930', 'eip1559']
const forViem = (t) => ({
  type: VIEM_TYPES[t.type],
  chainId: Number(t.chainId),
  nonce: t.nonce,
  gas: t.gasLimit,
  to: t.to,
  value: t.value,
  data: t.data,
  ...(t.type === 2 ? { maxFeePerGas: t.fee, maxPriorityFeePerGas: t.tip } : { gasPrice: t.price }),
  ...(t.type === 0 ? {} : { accessList: t.accesses })
})

const fields = (t) => [t.type, t.chainId, t.nonce, t.gasLimit, t.price, t.fee, t.tip, t.to ?? '-', t.value, t.data,
  JSON.stringify(t.accesses.map((a) => [a.address, a.storageKeys]))]

async function transaction (random, number, type) {
  const key = anyKey(random)
  const t = anyTx(random, type)
  const unsigned = ethers.Transaction.from(forEthers(t))
  same('an unsigned transaction', unsigned.unsignedSerialized, viem.serializeTransaction(forViem(t)))
  let raw
  let sender
  if (number % 2 === 0) {
    const wallet = new ethers.Wallet(key)
    unsigned.signature = wallet.signingKey.sign(unsigned.unsignedHash)
    raw = unsigned.serialized
    sender = wallet.address
  } else {
    const account = accounts.privateKeyToAccount(key)
    raw = await account.signTransaction(forViem(t))
    sender = account.address
  }
  const hash = viem.keccak256(raw)
  return [[line('sign', key, ...fields(t)), `ok ${raw} ${hash}`], [line('read', raw), `ok ${sender} ${hash} ${fields(t).join(' ')}`]]
}

export const legacy = (random, number) => transaction(random, number, 0)
export const accessList = (random, number) => transaction(random, number, 1)
export const dynamicFee = (random, number) => transaction(random, number, 2)

// A signed transaction with one byte changed, taken away or added. ethers
// must take what we take, with the same sender, unless it is one that a node
// would refuse for a reason that ethers does not look at.
let lastRaw = ''
export async function spoilt (random, number) {
  if (number % 50 === 0 || lastRaw === '') {
    lastRaw = (await transaction(random, 0, random.below(3)))[1][0].split('\t')[1]
  }
  const at = 2 + 2 * random.below(lastRaw.length / 2 - 1)
  const kind = random.below(6)
  const byte = random.bytes(1).slice(2)
  const raw = lastRaw.slice(0, at) + (kind === 0 ? '' : kind === 1 ? byte + lastRaw.slice(at, at + 2) : byte) + lastRaw.slice(at + 2)
  let sender = null
  try {
    const t = ethers.Transaction.from(raw)
    sender = t.from
  } catch {}
  return [[line('read', raw), (have) => {
    if (!have.startsWith('ok ')) return true // we may be stricter
    return sender !== null && have.split(' ')[1] === sender
  }]]
}

// ---- messages ----

export async function message (random, number) {
  const key = anyKey(random)
  const bytes = random.chance(2) ? random.bytes(random.below(300)) : viem.toHex(anyText(random))
  const hash = same('a message', ethers.hashMessage(ethers.getBytes(bytes)), viem.hashMessage({ raw: bytes }))
  let signature
  let address
  if (number % 2 === 0) {
    const wallet = new ethers.Wallet(key)
    signature = wallet.signingKey.sign(hash)
    address = wallet.address
  } else {
    const account = accounts.privateKeyToAccount(key)
    signature = ethers.Signature.from(await account.signMessage({ message: { raw: bytes } }))
    address = account.address
  }
  return [[line('message', key, bytes), `ok ${hash} ${signature.serialized}`],
    [line('recover', hash, random.chance(2) ? signature.serialized : signature.compactSerialized), `ok ${address}`]]
}

export function address (random) {
  const bytes = random.bytes(20)
  const text = same('an address', ethers.getAddress(bytes), viem.getAddress(bytes))
  // One letter in the other case.
  const at = 2 + random.below(40)
  const flipped = text[at] === text[at].toLowerCase() ? text[at].toUpperCase() : text[at].toLowerCase()
  const other = text.slice(0, at) + flipped + text.slice(at + 1)
  let want = 'INVALID'
  try {
    want = `ok ${ethers.getAddress(other)} ${other === text ? 'strict' : 'loose'}`
  } catch {}
  return [[line('address', text), `ok ${text} strict`], [line('address', other), want],
    [line('address', bytes), `ok ${text} ${bytes === text ? 'strict' : 'loose'}`]]
}

export function hash (random) {
  const bytes = random.bytes(random.below(random.chance(10) ? 2000 : 300))
  return [[line('keccak', bytes), `ok ${same('a hash', ethers.keccak256(bytes), viem.keccak256(bytes))}`]]
}

export function units (random) {
  const decimals = random.pick([0, 1, 6, 9, 18, 18, 18, 77])
  const amount = random.number(256)
  const text = viem.formatUnits(amount, decimals)
  same('an amount', ethers.parseUnits(ethers.formatUnits(amount, decimals), decimals), amount)
  return [[line('units', text, decimals), `ok ${amount} ${text}`]]
}

// ---- ABI ----

const spell = (t) => t.type.replace(/^tuple/, () => `(${t.components.map(spell).join(',')})`)
const plain = (v) => Array.isArray(v) ? v.map(plain) : typeof v === 'bigint' ? v.toString() : v

// As we print them: addresses with their checksum.
function printed (t, v) {
  const array = /^(.*)\[\d*\]$/.exec(t.type)
  if (array) return v.map((x) => printed({ ...t, type: array[1] }, x))
  if (t.type === 'tuple') return v.map((x, i) => printed(t.components[i], x))
  return t.type === 'address' ? ethers.getAddress(v) : typeof v === 'bigint' ? v.toString() : v
}

// viem wants tuples with names as objects, and small numbers as numbers.
function named (t, v) {
  const array = /^(.*)\[\d*\]$/.exec(t.type)
  if (array) return v.map((x) => named({ ...t, type: array[1] }, x))
  if (t.type === 'tuple') return Object.fromEntries(v.map((x, i) => [t.components[i].name, named(t.components[i], x)]))
  return v
}

export function values (random) {
  const types = Array.from({ length: 1 + random.below(4) }, (_, i) => anyType(random, i, 3))
  const all = types.map((t) => anyValue(random, t))
  const bytes = abi.encode(types.map(spell), all)
  same('ABI values', bytes, viem.encodeAbiParameters(types, types.map((t, i) => named(t, all[i]))))
  const of = `(${types.map(spell).join(',')})`
  return [[line('encode', of, JSON.stringify(plain(all))), `ok ${bytes}`],
    [line('decode', of, bytes), `ok ${JSON.stringify(types.map((t, i) => printed(t, all[i])))}`]]
}

// What we read out of spoilt data, ethers reads as well, and alike.
export function spoiltValues (random) {
  const types = Array.from({ length: 1 + random.below(3) }, (_, i) => anyType(random, i, 2))
  const all = types.map((t) => anyValue(random, t))
  const good = abi.encode(types.map(spell), all)
  if (good.length === 2) return []
  const at = 2 + 64 * random.below((good.length - 2) / 64) + random.pick([62, 60, 0, 62])
  const bytes = random.chance(5)
    ? good.slice(0, good.length - 64)
    : good.slice(0, at) + random.pick(['00', '01', '20', '40', '60', 'ff']) + good.slice(at + 2)
  const of = `(${types.map(spell).join(',')})`
  return [[line('decode', of, bytes), (have) => {
    if (!have.startsWith('ok ')) return true
    if (have.includes('\\ufffd') || have.includes('\ufffd')) return true // no text
    try {
      const back = abi.decode(types.map(spell), bytes, true).toArray(true)
      return have === `ok ${JSON.stringify(types.map((t, i) => printed(t, back[i])))}`
    } catch (error) {
      return /invalid codepoint|bad codepoint|missing continuation|overlong|unexpected continu/i.test(String(error))
    }
  }]]
}

export function functions (random) {
  const types = random.list(4, () => anyType(random, 0, 2))
  const text = `f${random.below(100)}(${types.map(spell).join(',')})`
  return [[line('function', text), `ok ${same('a function', ethers.id(text), viem.keccak256(viem.toHex(text)))}`]]
}

// ---- EIP-712 ----

function anyStructs (random) {
  const count = 1 + random.below(4)
  const types = {}
  for (let i = count - 1; i >= 0; i--) {
    const members = Array.from({ length: 1 + random.below(5) }, (_, j) => {
      // A struct refers to later ones only: no type contains itself.
      const refers = i + 1 < count && random.chance(2)
      const base = refers ? `S${i + 1 + random.below(count - i - 1)}` : anyType(random, 0, 0).type.replace(/\[.*/, '')
      return { name: `m${j}`, type: base + random.pick(['', '', '[]', '[2]', '[][2]']) }
    })
    types[`S${i}`] = members
  }
  return types
}

function anyOf (random, types, type) {
  const array = /^(.*)\[(\d*)\]$/.exec(type)
  if (array) {
    const length = array[2] === '' ? random.below(3) : Number(array[2])
    return Array.from({ length }, () => anyOf(random, types, array[1]))
  }
  if (types[type]) return Object.fromEntries(types[type].map((m) => [m.name, anyOf(random, types, m.type)]))
  return anyValue(random, { type })
}

// Only what is reached from the first: ethers demands one root.
function reached (types, from, into = {}) {
  if (types[from] && !into[from]) {
    into[from] = types[from]
    for (const m of types[from]) reached(types, m.type.replace(/\[.*/, ''), into)
  }
  return into
}

const JSON_BIG = (k, v) => typeof v === 'bigint' ? v.toString() : v

export async function typed (random, number) {
  const key = anyKey(random)
  const types = reached(anyStructs(random), 'S0')
  const value = anyOf(random, types, 'S0')
  const domain = {}
  if (random.chance(2)) domain.name = anyText(random)
  if (random.chance(2)) domain.version = '1'
  if (random.chance(2)) domain.chainId = Number(random.number(50))
  if (random.chance(2)) domain.verifyingContract = ethers.getAddress(random.bytes(20))
  if (random.chance(4)) domain.salt = random.bytes(32)
  const encoder = ethers.TypedDataEncoder.from(types)
  const digest = same('typed data', ethers.TypedDataEncoder.hash(domain, types, value),
    viem.hashTypedData({ domain, types, primaryType: 'S0', message: value }))
  let signature
  if (number % 2 === 0) {
    signature = new ethers.SigningKey(key).sign(digest).serialized
  } else {
    signature = await accounts.privateKeyToAccount(key).signTypedData({ domain, types, primaryType: 'S0', message: value })
  }
  const document = JSON.stringify({ types, primaryType: 'S0', domain, message: value }, JSON_BIG)
  return [[line('typed', key, document), `ok ${ethers.TypedDataEncoder.hashDomain(domain)} ${encoder.hashStruct('S0', value)} ` +
    `${digest} ${signature} ${encoder.encodeType('S0')}`]]
}

// ---- keys of another program ----

// ethers in the place of Web3Signer, which signs the hash of what it is sent,
// and of clef, which makes a transaction of the fields that it is sent.
export function remote (random, number) {
  const key = anyKey(random)
  const signer = new ethers.SigningKey(key)
  const from = ethers.computeAddress(key)
  const t = anyTx(random, number % 3)
  const want = ethers.Transaction.from(forEthers(t))
  want.signature = signer.sign(want.unsignedHash)
  const { r, s, v, serialized } = want.signature
  const data = want.unsignedSerialized
  const text = random.pick([serialized, `"${serialized}"`, ethers.concat([r, s, ethers.toBeHex(v - 27, 1)]), ethers.concat([r, s, ethers.toBeHex(55 - v)])])
  const other = signer.sign(ethers.id('another')).serialized
  const clef = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { raw: want.serialized, tx: {} } })
  return [[line('remote', 'web3signer', key, ...fields(t)), `ok /api/v1/eth1/sign/0xabc ${JSON.stringify({ data })}`],
    // The last form has the other v, which the account's address corrects.
    [line('believe', text, 'web3signer', key, ...fields(t)), `ok ${want.serialized}`],
    [line('believe', other, 'web3signer', key, ...fields(t)), 'UNAUTHENTIC'],
    [line('remote', 'clef', key, ...fields(t)), (have) => {
      const [, path, ...body] = have.split(' ')
      const { method, params: [{ from: sender, gas, input, ...rest }] } = JSON.parse(body.join(' '))
      const made = ethers.Transaction.from({ ...rest, type: t.type, gasLimit: gas, data: input, nonce: Number(rest.nonce) })
      return path === '/' && method === 'account_signTransaction' && sender === from && made.unsignedSerialized === data
    }],
    [line('believe', clef, 'clef', key, ...fields(t)), `ok ${want.serialized}`]]
}

// ---- signatures of contracts ----

const askAbi = viem.parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])

export function contract (random) {
  const hash = random.bytes(32)
  const signature = random.bytes(random.pick([64, 65, 130, random.below(300)]))
  const address = ethers.getAddress(random.bytes(20))
  const data = random.bytes(random.below(200))
  const wrapped = serializeErc6492Signature({ address, data, signature })
  same('a wrapped signature', parseErc6492Signature(wrapped).data, data)
  return [[line('ask', hash, signature), `ok ${viem.encodeFunctionData({ abi: askAbi, args: [hash, signature] })}`],
    [line('undeployed', wrapped), `ok ${address} ${data} ${signature}`], [line('undeployed', signature), 'INVALID']]
}

// ---- sign-in messages ----

const SITES = ['example.com', 'localhost:3000', 'joy.example.org:8443', '127.0.0.1', 'a-b.com']

function anyMessage (random) {
  const some = (x) => random.chance(2) ? x() : undefined
  const domain = random.pick(SITES)
  const time = () => new Date(1.6e12 + random.below(1e9) * 100)
  const statement = random.chance(3) ? undefined : random.list(6, () => random.pick(['I agree.', 'to', 'http://x/?y#z', 'You & me!', '[1]'])).join(' ') || 'Hi'
  const fields = {
    domain,
    address: ethers.getAddress(random.bytes(20)),
    uri: `https://${domain}/${random.pick(['', 'login', 'a/b?c=d#e', '%20'])}`,
    version: '1',
    chainId: Number(random.number(40)) + 1,
    nonce: random.bytes(4 + random.below(8)).slice(2),
    issuedAt: time(),
    expirationTime: some(time),
    notBefore: some(time),
    requestId: some(() => random.bytes(3).slice(2)),
    resources: some(() => ['ipfs://abc/d', ...random.list(3, () => 'https://x.y/z')]),
    scheme: some(() => 'https')
  }
  // Without a statement viem leaves out one of the two blank lines that the
  // standard demands.
  const text = createSiweMessage({ ...fields, statement: statement ?? 'Hole' })
  return { ...fields, statement, text: statement ? text : text.replace('\n\nHole\n\n', '\n\n\n') }
}

export function signIn (random) {
  const m = anyMessage(random)
  const parsed = new ParsedMessage(m.text)
  same('a sign-in message', parsed.statement ?? undefined, m.statement)
  const hex = viem.toHex(m.text)
  // Somebody else's text: what we take, the grammar's parser takes.
  const at = 2 + 2 * random.below(m.text.length)
  const byte = random.chance(3) ? '0a' : (32 + random.below(95)).toString(16)
  const other = hex.slice(0, at) + (random.chance(2) ? byte : '') + hex.slice(at + (random.chance(2) ? 2 : 0))
  return [[line('siwe', hex), `ok ${m.domain} ${m.chainId} ${m.nonce} ${m.uri} ${m.resources?.length ?? 0} ${m.address} ` +
    `${viem.toHex(m.statement ?? '')} ${hex}`],
  [line('siwe', other), (have) => {
    if (!have.startsWith('ok ')) return true
    try {
      return new ParsedMessage(viem.hexToString(other)).nonce === have.split(' ')[3]
    } catch {
      return false
    }
  }]]
}

// ---- keystores ----

export async function keystore (random, number) {
  const key = anyKey(random)
  const password = anyText(random)
  const bytes = viem.toHex(password)
  const account = { address: new ethers.Wallet(key).address, privateKey: key }
  const scrypt = { N: 1 << (1 + random.below(14)), r: 8, p: 1 + random.below(3) }
  const theirs = ethers.encryptKeystoreJsonSync(account, password, { scrypt })
  const wrong = viem.toHex(password + '.')
  return [[line('unlock', bytes, theirs), `ok ${key}`], [line('unlock', wrong, theirs), 'UNAUTHENTIC'],
    [line('lock', key, bytes, random.bytes(64), 4096), (have) =>
      ethers.decryptKeystoreJsonSync(have.slice(3), password).privateKey === key]]
}

export { generator }
