// random.mjs - polls, ballots and shares from a seed: the same for the same
// seed and number on every machine.
import { FORMS } from './reference.mjs'

// The power of one ballot: all Joy that a ledger of 64 bits can hold.
const POWER_MAX = (2n ** 63n - 1n) / 1000000n
const WRONG = [2 ** 32 - 1, 10001, 10000, 9999, 1001, 1000, 32, 31, 21, 20, 2, 1, 0]

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
  return {
    below,
    chance: (oneIn) => oneIn > 0 && below(oneIn) === 0,
    pick: (list) => list[below(list.length)],
    wide: () => (BigInt(next()) << 32n) | BigInt(next())
  }
}

function shuffled (random, list) {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j], out[i]]
  }
  return out
}

// How the ballots of one poll are made differs from poll to poll: what is
// rare with all kinds mixed is common in some.
function manner (random) {
  return {
    abstain: random.pick([0, 0, 10, 3]),
    wrong: random.pick([0, 0, 8, 2]),
    delegated: random.pick([0, 1, 3]),
    short: random.pick([0, 2, 1]), // rankings that stop early
    alike: random.pick([0, 2, 4]), // few distinct rankings: many ties
    power: random.pick([
      () => 1n,
      () => BigInt(random.below(3)),
      () => BigInt(random.below(3) + 1) * 1000n,
      () => random.wide() % 1000n,
      () => random.wide() % (POWER_MAX + 1n),
      () => random.pick([0n, 1n, POWER_MAX - 1n, POWER_MAX])
    ])
  }
}

// Shares of 10,000, each at least 1.
function shares (random, count) {
  const cuts = new Set()
  while (cuts.size < count - 1) cuts.add(1 + random.below(9999))
  const ends = [0, ...[...cuts].sort((a, b) => a - b), 10000]
  return ends.slice(1).map((end, i) => end - ends[i])
}

function amountsFor (random, form, count) {
  if (form === 'split') return shares(random, count)
  if (form !== 'quadratic') return []
  const most = random.pick([2, 10, 1000])
  return Array.from({ length: count }, () => 1 + random.below(most))
}

function right (random, poll, how, like) {
  const power = how.power()
  const credits = random.pick([0n, 25n, 1000n, 10n ** 6n, 10n ** 8n, 2n ** 64n - 1n])
  if (random.chance(how.abstain)) return { abstains: true, options: [], amounts: [], power, credits }
  const all = shuffled(random, like)
  let count = poll.form === 'single' ? 1 : 1 + random.below(poll.optionCount)
  if (poll.form === 'ranked' && !random.chance(how.short)) count = poll.optionCount
  const options = all.slice(0, count)
  return { abstains: false, options, amounts: amountsFor(random, poll.form, count), power, credits }
}

// One thing is changed; what comes out may still be right.
function spoilt (random, poll, ballot) {
  const b = { ...ballot, options: [...ballot.options], amounts: [...ballot.amounts] }
  const list = random.chance(b.amounts.length === 0 ? 4 : 2) ? b.amounts : b.options
  const at = random.below(list.length || 1)
  const entry = random.pick([...WRONG, poll.optionCount, poll.optionCount - 1, list[0] ?? 0])
  random.pick([
    () => { b.abstains = !b.abstains },
    () => { list.length = 0 },
    () => { list.splice(at, 1) },
    () => { list.splice(random.below(list.length + 1), 0, entry) },
    () => { list[at] = entry },
    () => { list[at] = entry },
    () => { for (let i = random.below(30); i > 0; i--) list.push(entry) },
    () => { b.credits = random.wide() % 400n }
  ])()
  return b
}

// { poll, lines: [{ ballot, delegators }], how }
export function anyPoll (random) {
  const form = random.pick([...FORMS, 'ranked', 'ranked'])
  const optionCount = random.pick([2, 2, 3, 3, 4, 5, 6, 2 + random.below(19), 20])
  const poll = { form, optionCount, reject: random.chance(3) ? null : random.below(optionCount) }
  const how = manner(random)
  const options = [...Array(optionCount).keys()]
  const templates = Array.from({ length: how.alike }, () => shuffled(random, options))
  const count = random.pick([0, 1, 2, 3, 5, 8, random.below(12), random.below(30), random.below(60), random.below(60), random.below(100)])
  const lines = Array.from({ length: count }, () => {
    let ballot = right(random, poll, how, options)
    if (form === 'ranked' && templates.length > 0 && !ballot.abstains) {
      ballot = { ...ballot, options: random.pick(templates).slice(0, ballot.options.length) }
    }
    if (random.chance(how.wrong)) ballot = spoilt(random, poll, ballot)
    const credits = form === 'quadratic' && random.chance(how.delegated)
      ? Array.from({ length: 1 + random.below(3) }, () => random.pick([0n, 1n, random.wide() % 50n, random.wide() % 5000n, random.wide()]))
      : []
    return { ballot, delegators: credits.map((c) => ({ credits: c, power: how.power() })) }
  })
  return { poll, lines }
}

// Basis points that are often just what a share needs, or one beside it.
export function near (random, part, whole) {
  const exact = whole > 0n ? Number(part * 10000n / whole) : 0
  const bp = random.pick([random.below(10001), exact, exact + 1, exact - 1, 5000, 0, 10000])
  return BigInt(Math.min(10000, Math.max(0, bp)))
}
