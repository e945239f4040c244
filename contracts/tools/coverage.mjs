// coverage.mjs - lines and branches that the tests reach, from forge's lcov
// file; too few lines are a failure.
import { readFileSync } from 'node:fs'
import { here } from './compiled.mjs'

const LINES_MIN = 0.95
const sums = { LF: 0, LH: 0, BRF: 0, BRH: 0 }
let file = ''
let one = {}

const percent = (hit, found) => found === 0 ? '-' : `${(100 * hit / found).toFixed(1)} %`

for (const line of readFileSync(here('../build/contracts/lcov.info'), 'utf8').split('\n')) {
  const [key, value] = line.split(/:(.*)/)
  if (key === 'SF') [file, one] = [value, {}]
  if (key in sums) one[key] = Number(value)
  if (key === 'end_of_record' && file.startsWith('src/')) {
    for (const name in sums) sums[name] += one[name] ?? 0
    console.log(`${file.padEnd(28)} lines ${percent(one.LH, one.LF).padStart(8)}  branches ${percent(one.BRH, one.BRF).padStart(8)}`)
  }
}
console.log(`${'all'.padEnd(28)} lines ${percent(sums.LH, sums.LF).padStart(8)}  branches ${percent(sums.BRH, sums.BRF).padStart(8)}`)
if (!(sums.LH / sums.LF >= LINES_MIN)) {
  console.error(`coverage: fewer than ${100 * LINES_MIN} % of the lines`)
  process.exit(1)
}
