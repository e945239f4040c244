// gas.mjs - what calls cost beside peers and beside what they cost last time.
// --write: they may cost this from now on.
import { readFileSync, writeFileSync } from 'node:fs'
import { here } from './compiled.mjs'

// A call may cost this much more than written down; less is written down too.
const TOLERANCE = 0.02

// Ours, a peer that does the same, and how many times its cost ours may be.
const PEERS = [
  ['market list', 'MarketplaceV3 list', 1],
  ['market buy', 'MarketplaceV3 buy', 1],
  ['quadratic vote', 'simple vote', 1.5]
]

const now = JSON.parse(readFileSync(here('../build/contracts/gas.json'), 'utf8'))
delete now.chain
if (process.argv[2] === '--write') {
  writeFileSync(here('gas/gas.json'), JSON.stringify(now, null, 2) + '\n')
}
const then = JSON.parse(readFileSync(here('gas/gas.json'), 'utf8'))
let failed = false
const fail = (text) => { failed = true; return text }

for (const [name, used] of Object.entries(now)) {
  const change = used / then[name] - 1
  const verdict = Number.isNaN(change)
    ? fail('not written down')
    : Math.abs(change) > TOLERANCE ? fail(`was ${then[name]}: make gas-contracts WRITE=1`) : ''
  console.log(`${name.padEnd(24)} ${String(used).padStart(8)} ${verdict}`)
}
for (const [ours, theirs, most] of PEERS) {
  const ratio = now[ours] / now[theirs]
  console.log(`${ours} is ${ratio.toFixed(2)} of ${theirs} (at most ${most})${ratio > most ? fail(': too dear') : ''}`)
}
process.exit(failed ? 1 : 0)
