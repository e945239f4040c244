// reference.mjs - votes counted a second time, from the text of
// services/governance/tally.h and ballot.h alone, as plainly as they can be:
// everything is looked at again in every round. The numbers are its rules.
//
// A poll is { form, optionCount, reject }, reject null for none; a ballot is
// { abstains, options, amounts, power, credits }: powers and credits are
// BigInts, indices and amounts numbers.

export const FORMS = ['single', 'approval', 'ranked', 'split', 'quadratic']

const add = (a, b) => a + b
const sum = (list) => list.reduce(add, 0n)
const squares = (amounts) => sum(amounts.map((v) => BigInt(v) ** 2n))
const wrong = (fault, found, limit) => ({ fault, found: BigInt(found), limit: BigInt(limit) })

// ---- ballots ----

function wrongOptions ({ form, optionCount }, { options }) {
  const most = form === 'single' ? 1 : optionCount
  if (options.length === 0) return wrong('options_few', 0, 1)
  if (options.length > most) return wrong('options_many', options.length, most)
  for (const [i, option] of options.entries()) {
    if (option > optionCount - 1) return wrong('option_unknown', option, optionCount - 1)
    if (options.indexOf(option) < i) return wrong('option_repeated', option, 1)
  }
}

function wrongAmounts ({ form }, { options, amounts }) {
  const [count, most] = { split: [options.length, 10000], quadratic: [options.length, 1000] }[form] ?? [0, 0]
  if (amounts.length !== count) return wrong('amounts_count', amounts.length, count)
  for (const amount of amounts) {
    if (amount < 1) return wrong('amount_small', amount, 1)
    if (amount > most) return wrong('amount_large', amount, most)
  }
  const total = amounts.reduce(add, 0)
  if (form === 'split' && total !== 10000) return wrong('amounts_sum', total, 10000)
}

// What is wrong with a ballot; undefined when it may be counted.
export function check (poll, ballot) {
  const { abstains, options, amounts, credits } = ballot
  if (abstains) {
    const entries = options.length + amounts.length
    return entries === 0 ? undefined : wrong('abstains_with', entries, 0)
  }
  const found = wrongOptions(poll, ballot) ?? wrongAmounts(poll, ballot)
  if (found || poll.form !== 'quadratic') return found
  return squares(amounts) > credits ? wrong('cost', squares(amounts), credits) : undefined
}

function floorOfRoot (x) {
  let root = 0n
  while ((root + 1n) * (root + 1n) <= x) root++
  return root
}

// 8. A quadratic ballot for a delegator; null when it counts as nothing.
export function scale (ballot, credits) {
  const cost = squares(ballot.amounts)
  if (cost <= credits) return ballot
  const votes = ballot.amounts.map((v) => Number(floorOfRoot(BigInt(v) ** 2n * credits / cost)))
  const kept = votes.flatMap((v, i) => (v > 0 ? [i] : []))
  if (kept.length === 0) return null
  return { ...ballot, options: kept.map((i) => ballot.options[i]), amounts: kept.map((i) => votes[i]) }
}

// ---- results ----

const every = ({ optionCount }) => [...Array(optionCount).keys()]

// 2.
const weightIn = ({ form }) => (ballot) => (form === 'quadratic' ? 1n : ballot.power)

// 3, 4, 6, 7.
function pointsOf ({ form }, ballot, option) {
  const at = ballot.options.indexOf(option)
  if (at < 0) return 0n
  if (form === 'split') return ballot.power * BigInt(ballot.amounts[at])
  return form === 'quadratic' ? BigInt(ballot.amounts[at]) : ballot.power
}

// 9.
function helps ({ form, reject }, { abstains, options }) {
  return abstains || (form === 'ranked' ? options[0] !== reject : options.some((o) => o !== reject))
}

// 11.
function most (poll, naming) {
  const points = every(poll).map((o) => sum(naming.map((b) => pointsOf(poll, b, o))))
  const best = [...points].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))[0]
  const first = every(poll).filter((o) => points[o] === best)
  const basis = poll.form === 'approval' ? sum(naming.map((b) => b.power)) : sum(points)
  return first.length === 1
    ? { outcome: 'won', winner: first[0], points, basis, rounds: [] }
    : { outcome: 'tie', winner: null, points, basis, rounds: [] }
}

// 12.
function runOff (poll, naming) {
  const rounds = []
  let continuing = every(poll)
  for (;;) {
    const now = naming.map((b) => [b.options.find((o) => continuing.includes(o)), b.power])
    const powerAt = (place) => sum(now.filter(([o]) => o === place).map(([, power]) => power))
    const round = { points: every(poll).map(powerAt), exhausted: powerAt(undefined), eliminated: null }
    rounds.push(round)
    const basis = sum(round.points)
    const end = { points: round.points, basis, rounds }

    // a.
    const winner = continuing.find((o) => round.points[o] * 2n > basis)
    if (winner !== undefined) return { outcome: 'won', winner, ...end }

    // b. The latest round in which they differ says who has fewer.
    const order = (a, b) => {
      const { points } = rounds.findLast(({ points }) => points[a] !== points[b]) ?? { points: [] }
      return points.length === 0 ? 0 : points[a] < points[b] ? -1 : 1
    }
    const sorted = [...continuing].sort(order)
    const last = sorted.filter((o) => order(o, sorted[0]) === 0)
    if (last.length === continuing.length) return { outcome: 'tie', winner: null, ...end }
    round.eliminated = Math.max(...last)
    continuing = continuing.filter((o) => o !== round.eliminated)
  }
}

// The result of ballots that were checked (and scaled).
export function count (poll, ballots) {
  const weight = weightIn(poll)
  const naming = ballots.filter((b) => !b.abstains)
  const zeros = every(poll).map(() => 0n)
  let end = { outcome: 'nobody', winner: null, points: zeros, basis: 0n, rounds: [] }
  if (naming.length > 0) end = poll.form === 'ranked' ? runOff(poll, naming) : most(poll, naming)
  return {
    ...end,
    scale: poll.form === 'split' ? 10000n : 1n,
    abstain: sum(ballots.filter((b) => b.abstains).map(weight)),
    voted: sum(ballots.map(weight)),
    helping: sum(ballots.filter((b) => helps(poll, b)).map(weight))
  }
}

// 13.
export function passes (result, thresholdBp, reject) {
  const { winner, points, basis } = result
  return winner !== null && winner !== reject && points[winner] * 10000n > thresholdBp * basis
}

// 14.
export function hasQuorum (result, quorumBp, eligible) {
  return eligible > 0n && result.helping * 10000n >= quorumBp * eligible
}

// 15.
export function isObjected (result, objectionBp, eligible, reject) {
  return result.points[reject] * 10000n >= objectionBp * eligible * result.scale
}
