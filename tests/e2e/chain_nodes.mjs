// chain_nodes.mjs URL COUNT - so many proxies in front of the node at URL, as bad
// as they are told to be: a command a line on standard input, an answer a line.
//   urls               where they are
//   bad MODE N...      the proxies of those numbers are in that mode, others clean
//   also MODE N...     the same, and the others stay as they are
//   lag BLOCKS         how far behind "lagging" is
//   victim TOKEN ADDR  who is said to have been paid
//   hold, free, deaf   transactions wait, go through, go through unanswered
//   sends              how many transactions came since `hold` or `deaf`
//   wishes KEY         what the key has signed, and whether each was signed once
//   spoilt             answers since `bad` that were not the node's
//   refused            requests that were none
import { createInterface } from 'node:readline'
import { Transaction } from '../peers/evm/node_modules/ethers/lib.esm/index.js'
import { Torture } from '../peers/evm/torture.mjs'

const [, , url, count] = process.argv
const proxies = []
for (let i = 0; i < Number(count); i++) proxies.push(await new Torture(url).listen())
let before = 0 // transactions
const sends = () => proxies.reduce((sum, p) => sum + p.raws.length, 0)
const each = (fn) => { proxies.forEach(fn); return 'ok' }

// One call, one nonce; one nonce, one call: or a fault in words.
function wishes (key) {
  const nonces = new Map()
  const calls = new Map()
  for (const raw of new Set(proxies.flatMap((p) => p.raws))) {
    const tx = Transaction.from(raw)
    const call = `${tx.to} ${tx.value} ${tx.data}`
    if (tx.from !== key) return `somebody else's: ${tx.from}`
    if ((nonces.get(call) ?? tx.nonce) !== tx.nonce) return `one call, nonces ${nonces.get(call)} and ${tx.nonce}`
    if ((calls.get(tx.nonce) ?? call) !== call) return `nonce ${tx.nonce}, two calls`
    nonces.set(call, tx.nonce)
    calls.set(tx.nonce, call)
  }
  return `once: ${nonces.size}`
}

const COMMANDS = {
  urls: () => proxies.map((p) => p.url).join(' '),
  bad: (mode, ...which) => each((p, i) => { p.spoilt = 0; p.mode = which.includes(String(i)) ? mode : 'clean' }),
  also: (mode, ...which) => each((p, i) => { if (which.includes(String(i))) p.mode = mode }),
  lag: (blocks) => each((p) => { p.lag = Number(blocks) }),
  victim: (token, account) => each((p) => { p.victim = { token, account } }),
  hold: () => { before = sends(); return each((p) => { p.isHolding = true }) },
  deaf: () => { before = sends(); return each((p) => { p.isDeaf = true }) },
  free: () => each((p) => { p.isHolding = p.isDeaf = false }),
  sends: () => sends() - before,
  wishes,
  spoilt: () => proxies.reduce((sum, p) => sum + p.spoilt, 0),
  refused: () => proxies.reduce((sum, p) => sum + p.refused, 0)
}
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...rest] = line.trim().split(' ')
  console.log(String(COMMANDS[name](...rest)))
}
process.exit(0)
