// peer.mjs TOOL - what evm_tool makes and reads, beside ethers and viem.
//
// N= cases of each kind (default 5000), SEED= to repeat a run, KIND= for one
// kind alone. Two processes share the work.
import { fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as cases from './cases.mjs'

const N = Number(process.env.N || 5000)
const SEED = Number(process.env.SEED || Date.now() % 1000000000)
const BATCH = 250
const HALVES = [['hash', 'units', 'address', 'legacy', 'dynamicFee', 'accessList', 'spoilt', 'remote'],
  ['values', 'spoiltValues', 'functions', 'message', 'typed', 'contract', 'signIn', 'keystore']]
// Dear ones, of which a share will do.
const SHARE = { accessList: 0.1, spoilt: 0.2, functions: 0.2, hash: 0.4, contract: 0.2, signIn: 0.2, remote: 0.1, keystore: 0.004 }

// Lines of a stream, as many as are asked for.
function reader (stream) {
  let text = ''
  let lines = []
  let wake = () => {}
  let ended = false
  stream.setEncoding('utf8')
  stream.on('data', (piece) => {
    const parts = (text + piece).split('\n')
    text = parts.pop()
    lines = lines.length === 0 ? parts : lines.concat(parts)
    wake()
  })
  stream.on('end', () => { ended = true; wake() })
  return async (n) => {
    while (lines.length < n && !ended) await new Promise((resolve) => { wake = resolve })
    return lines.splice(0, n)
  }
}

if (!process.env.KIND) {
  const ended = HALVES.map((half) => new Promise((resolve) => {
    const env = { ...process.env, SEED, KIND: half.join(' ') }
    fork(fileURLToPath(import.meta.url), [process.argv[2]], { env }).once('close', resolve)
  }))
  console.log(`     evm: N=${N} SEED=${SEED}`)
  if ((await Promise.all(ended)).some((code) => code !== 0)) process.exit(1)
  console.log(`ok   peer evm: ${N} cases of each kind agree with ethers and viem`)
  process.exit(0)
}

const child = spawn(process.argv[2], [], { stdio: ['pipe', 'pipe', 'inherit'] })
child.stdin.on('error', () => {}) // it ended early: its answers are missing
const closed = new Promise((resolve) => child.once('close', resolve))
const read = reader(child.stdout)

function compare (kind, number, [line, want], have) {
  if (typeof want === 'string' ? have === want : have !== undefined && want(have)) return
  console.log(`FAIL ${kind} ${number} of SEED=${SEED}\nline ${line}\nwant ${want}\nhave ${have}`)
  process.exit(1)
}

async function run (kind) {
  const count = Math.ceil(N * (SHARE[kind] ?? 1))
  const began = Date.now()
  let accepted = 0
  for (let from = 0; from < count; from += BATCH) {
    const asked = []
    for (let i = from; i < Math.min(from + BATCH, count); i++) {
      for (const pair of await cases[kind](cases.generator(SEED, i), i)) asked.push([i, pair])
    }
    child.stdin.write(asked.map(([, [line]]) => line + '\n').join(''))
    const answers = await read(asked.length)
    for (const [j, [number, pair]] of asked.entries()) {
      compare(kind, number, pair, answers[j])
      accepted += answers[j].startsWith('ok')
    }
  }
  console.log(`     ${kind}: ${count} cases, ${accepted} answers were not refusals, ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

for (const kind of process.env.KIND.split(' ')) await run(kind)
child.stdin.end()
if (await closed !== 0) {
  console.log('FAIL the tool ended badly')
  process.exit(1)
}
