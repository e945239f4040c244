// peer.mjs - the JavaScript importer of IPFS as a second opinion.
//
//   node peer.mjs check TOOL [COUNT] [SEED]  compares CIDs over COUNT sizes
//   node peer.mjs add FILE FOLDER            imports to one file a block
//
// TOOL is storage_tool; profiles are passed as custom:CHUNK:WIDTH:RAW:VERSION.
import { spawnSync } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream, mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const KIB = 1024
const MIB = 1024 * KIB

const options = (p) => ({
  cidVersion: p.version,
  rawLeaves: p.raw === 1,
  reduceSingleLeafToSelf: true,
  chunker: fixedSize({ chunkSize: p.chunk }),
  layout: balanced({ maxChildrenPerNode: p.width })
})

const discard = { put: async (cid) => cid }

async function importCid (content, profile, blockstore) {
  let last
  for await (const entry of importer([{ path: 'f', content }], blockstore,
    { ...options(profile), wrapWithDirectory: false })) {
    last = entry
  }
  return last.cid.toString()
}

function * pieces (bytes) {
  for (let at = 0; at < bytes.length; at += MIB) {
    yield bytes.subarray(at, at + MIB)
  }
}

function stream (seed, size) {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('chacha20', key, Buffer.alloc(16))
    .update(Buffer.alloc(size))
}

// splitmix64: the same sizes for the same seed, on every machine.
function generator (seed) {
  let state = BigInt(seed)
  return (bound) => {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn
    return Number((z ^ (z >> 31n)) % BigInt(bound))
  }
}

// Every tree has edges at chunks and at powers of its width; the narrow
// profiles reach depth five in kilobytes, the real ones are sampled at their
// first chunk edges and at their first fan-out edge.
const PROFILES = [
  { chunk: 1024, width: 3, raw: 1, version: 1, chunks: 300, share: 45 },
  { chunk: 16, width: 2, raw: 1, version: 1, chunks: 600, share: 15 },
  { chunk: 1024, width: 3, raw: 0, version: 0, chunks: 300, share: 10 },
  { chunk: 256 * KIB, width: 174, raw: 1, version: 1, chunks: 6, share: 14 },
  { chunk: MIB, width: 1024, raw: 1, version: 1, chunks: 5, share: 12 },
  { chunk: 256 * KIB, width: 174, raw: 1, version: 1, chunks: 348, share: 2 },
  { chunk: 256 * KIB, width: 174, raw: 0, version: 0, chunks: 174, share: 2 }
]

function pickSize (p, random) {
  if (random(4) === 0) {
    return random(p.chunk * p.chunks + 1)
  }
  let chunks = 1 + random(p.chunks)
  if (random(2) === 0) { // a power of the width, or a multiple of one
    let edge = p.width
    while (edge * p.width <= p.chunks && random(3) !== 0) {
      edge *= p.width
    }
    chunks = Math.min(p.chunks, edge * (1 + random(2)))
  }
  return Math.max(0, chunks * p.chunk + random(3) - 1)
}

function pickProfile (random) {
  let at = random(100)
  return PROFILES.find((p) => (at -= p.share) < 0)
}

async function check (tool, count, seed) {
  const random = generator(seed)
  for (let i = 0; i < count; i++) {
    const p = pickProfile(random)
    const size = pickSize(p, random)
    const bytes = stream(`${seed}/${i}`, size)
    const name = `custom:${p.chunk}:${p.width}:${p.raw}:${p.version}`
    const ours = spawnSync(tool, ['cid', '-', name],
      { input: bytes, encoding: 'utf8' })
    const theirs = await importCid(pieces(bytes), p, discard)
    if (ours.status !== 0 || ours.stdout.trim() !== theirs) {
      console.error(`row ${i}: ${name} size ${size}: ours ` +
        `${ours.stdout.trim()}${ours.stderr} theirs ${theirs}`)
      process.exit(1)
    }
  }
  console.log(`ok   peer ipfs-unixfs-importer: ${count} CIDs equal`)
}

async function add (file, folder) {
  mkdirSync(folder, { recursive: true })
  const blockstore = {
    put: async (cid, block) => {
      await writeFile(join(folder, cid.toString()), block)
      return cid
    }
  }
  console.log(await importCid(
    createReadStream(file, { highWaterMark: MIB }),
    { chunk: MIB, width: 1024, raw: 1, version: 1 }, blockstore))
}

const [mode, ...args] = process.argv.slice(2)
if (mode === 'check' && args.length >= 1) {
  await check(args[0], Number(args[1] ?? 500), Number(args[2] ?? 1))
} else if (mode === 'add' && args.length === 2) {
  await add(args[0], args[1])
} else {
  console.error('usage: peer.mjs check TOOL [COUNT] [SEED] | add FILE FOLDER')
  process.exit(2)
}
