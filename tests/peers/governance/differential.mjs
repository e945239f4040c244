// differential.mjs TOOL - random polls counted by tally_tool and by
// reference.mjs: the same ballots must be refused for the same reason, and
// every field of every result must be equal.
//
// N= polls, SEED= to repeat a run. One process of TOOL counts them all.
import { spawn } from 'node:child_process'
import { check, count, hasQuorum, isObjected, passes, scale } from './reference.mjs'
import { anyPoll, generator, near } from './random.mjs'

const N = Number(process.env.N || 100000)
const SEED = Number(process.env.SEED || Date.now() % 1000000000)
const BATCH = 500

// Whatever these count must have happened in a run of some length.
const FAULTS = ['abstains_with', 'options_few', 'options_many', 'option_unknown', 'option_repeated', 'amounts_count',
  'amount_small', 'amount_large', 'amounts_sum', 'cost']
const met = Object.fromEntries([...FAULTS, 'ok', 'abstained', 'scaled', 'nothing', 'won', 'tie', 'nobody', 'late_tie', 'ten_rounds',
  'decided_by_an_earlier_round', 'decided_by_index', 'passes', 'quorum', 'objected', 'fails', 'no_quorum', 'unobjected'].map((name) => [name, 0]))

const list = (l) => (l.length === 0 ? '-' : l.join(','))
const option = (o) => (o === null ? '-' : String(o))
const flag = (yes) => (yes ? '1' : '0')

function resultLine (r) {
  const rounds = r.rounds.map((x) => ` round ${list(x.points)} exhausted ${x.exhausted} eliminated ${option(x.eliminated)}`)
  return `result ${r.outcome} winner ${option(r.winner)} scale ${r.scale} abstain ${r.abstain} voted ${r.voted} ` +
    `helping ${r.helping} basis ${r.basis} points ${list(r.points)}${rounds.join('')}`
}

function note (r) {
  met[r.outcome]++
  met.late_tie += r.outcome === 'tie' && r.rounds.length > 1
  met.ten_rounds += r.rounds.length >= 10
  for (const [i, { points, eliminated }] of r.rounds.entries()) {
    if (eliminated === null) continue
    const gone = r.rounds.slice(0, i).map((x) => x.eliminated)
    const equal = points.flatMap((p, o) => (p === points[eliminated] && !gone.includes(o) ? [o] : []))
    const same = equal.filter((o) => r.rounds.slice(0, i).every((x) => x.points[o] === x.points[eliminated]))
    met.decided_by_an_earlier_round += equal.length > same.length
    met.decided_by_index += same.length > 1
  }
}

// What TOOL reads for one poll, and what it must answer.
function pose (number) {
  const random = generator(SEED, number)
  const { poll, lines } = anyPoll(random)
  const input = [`poll ${poll.form} ${poll.optionCount} ${option(poll.reject)}`]
  const want = []
  const counted = []
  for (const { ballot: b, delegators } of lines) {
    input.push(`ballot ${b.power} ${b.credits} ${flag(b.abstains)} ${list(b.options)} ${list(b.amounts)}`)
    const found = check(poll, b)
    met[found ? found.fault : 'ok']++
    want.push(found ? `${found.fault} ${found.found} ${found.limit}` : 'ok')
    if (found) continue
    met.abstained += b.abstains
    counted.push(b)
    for (const d of delegators) {
      input.push(`delegated ${d.power} ${d.credits}`)
      const scaled = scale(b, d.credits)
      met[scaled ? 'scaled' : 'nothing'] += scaled !== b
      want.push(scaled ? ['scaled', ...[scaled.options, scaled.amounts].filter((l) => l.length > 0)].join(' ') : 'nothing')
      if (scaled) counted.push({ ...scaled, power: d.power })
    }
  }
  const r = count(poll, counted)
  note(r)
  const eligible = random.pick([0n, r.voted, r.voted + 1n, r.voted * 2n, random.wide() % 100n, random.wide()])
  const threshold = near(random, r.winner === null ? 0n : r.points[r.winner], r.basis)
  const quorum = near(random, r.helping, eligible)
  const objection = near(random, r.points[poll.reject ?? 0], eligible * r.scale)
  input.push(`count ${threshold} ${quorum} ${objection} ${eligible}`)
  const ends = [passes(r, threshold, poll.reject), hasQuorum(r, quorum, eligible),
    poll.reject !== null && isObjected(r, objection, eligible, poll.reject)]
  for (const [i, [yes, no]] of [['passes', 'fails'], ['quorum', 'no_quorum'], ['objected', 'unobjected']].entries()) met[ends[i] ? yes : no]++
  want.push(`${resultLine(r)} passes ${flag(ends[0])} quorum ${flag(ends[1])} objected ${poll.reject === null ? '-' : flag(ends[2])}`)
  return { number, input, want }
}

// Lines of a stream, as many as are asked for.
function reader (stream) {
  let text = ''
  let lines = []
  let wake = () => {}
  stream.setEncoding('utf8')
  stream.on('data', (piece) => {
    const parts = (text + piece).split('\n')
    text = parts.pop()
    lines = lines.length === 0 ? parts : lines.concat(parts)
    wake()
  })
  let ended = false
  stream.on('end', () => { ended = true; wake() })
  return async (n) => {
    while (lines.length < n && !ended) await new Promise((resolve) => { wake = resolve })
    return lines.splice(0, n)
  }
}

function compare ({ number, input, want }, have) {
  for (const [i, line] of want.entries()) {
    if (have[i] === line) continue
    console.log(`FAIL poll ${number} of SEED=${SEED}, answer ${i + 1}\nwant ${line}\nhave ${have[i]}\n\n${input.join('\n')}`)
    process.exit(1)
  }
}

const child = spawn(process.argv[2], [], { stdio: ['pipe', 'pipe', 'inherit'] })
child.stdin.on('error', () => {}) // it ended early: its answers are missing
const closed = new Promise((resolve) => child.once('close', resolve))
const read = reader(child.stdout)
console.log(`     tally: N=${N} SEED=${SEED}`)
for (let from = 0; from < N; from += BATCH) {
  const polls = Array.from({ length: Math.min(BATCH, N - from) }, (_, i) => pose(from + i))
  child.stdin.write(polls.map((p) => p.input.join('\n') + '\n').join(''))
  for (const poll of polls) compare(poll, await read(poll.want.length))
}
child.stdin.end()
if (await closed !== 0) {
  console.log('FAIL the tool ended badly')
  process.exit(1)
}
console.log(`     ${Object.entries(met).map(([name, n]) => `${name} ${n}`).join(', ')}`)
const missing = Object.keys(met).filter((name) => met[name] === 0)
if (N >= 10000 && missing.length > 0) {
  console.log(`FAIL nothing of this was met: ${missing.join(', ')}`)
  process.exit(1)
}
const refused = FAULTS.reduce((all, name) => all + met[name], 0)
console.log(`ok   peer tally: ${N} polls, ${met.ok} ballots counted, ${refused} refused alike`)
