// verify.mjs BUNDLE KEY [PROPOSAL [RECORD.POSITION]] - counts votes again, without Stoa: Node.js and this file suffice.
//
// BUNDLE is what `stoa export` wrote, KEY the verifier key it printed. Written from the formats alone (docs/voting.md,
// services/governance/tally.h, proto/governance.proto), so that nobody has to believe the program that counted first.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [file, vkey, wanted, receipt] = process.argv.slice(2)
const fail = (why) => { console.log(`NOT verified: ${why}`); process.exit(1) }
const must = (is, why) => is || fail(why)
const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest()
const eq = (a, b) => Buffer.compare(a, b) === 0

// ---- the bundle, its signature (C2SP signed-note) and its tree (RFC 6962) ----
const MAGIC = 'stoa-bundle/1\n'
const bytes = readFileSync(file)
const pieces = []
must(bytes.subarray(0, MAGIC.length).toString() === MAGIC, 'it is not a bundle')
for (let at = MAGIC.length; at < bytes.length;) {
  must(at + 4 <= bytes.length && at + 4 + bytes.readUInt32BE(at) <= bytes.length, 'it is not a bundle')
  pieces.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)))
  at += 4 + bytes.readUInt32BE(at)
}
const note = /^(stoa\/governance\/(\S+)\n(\d+)\n(\S{44})\n)\n\u2014 (\S+) (\S+)\n$/.exec(pieces[0]?.toString('utf8') ?? '')
must(note && eq(Buffer.from(note[0]), pieces[0]), 'it is not a signed checkpoint')
const [, text, community, size, root64, signer, signature64] = note
const key = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64')
const id = sha(`${signer}\n`, key).subarray(0, 4)
const signature = Buffer.from(signature64, 'base64')
must(vkey === `${signer}+${id.toString('hex')}+${key.toString('base64')}` && signature.toString('base64') === signature64 &&
  Buffer.from(root64, 'base64').toString('base64') === root64 && String(BigInt(size)) === size && eq(signature.subarray(0, 4), id) &&
  verify(null, Buffer.from(text), createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') } }),
    signature.subarray(4)), "its signature is not this key's")
const leaves = pieces.slice(1).map((r) => sha(Buffer.from([0]), r))
const treeOf = (l) => {
  if (l.length < 2) return l[0] ?? sha('')
  const k = 2 ** Math.ceil(Math.log2(l.length) - 1)
  return sha(Buffer.from([1]), treeOf(l.slice(0, k)), treeOf(l.slice(k)))
}
must(String(leaves.length) === size && treeOf(leaves).toString('base64') === root64, 'its records are not those of the checkpoint')

// ---- protobuf: field number -> values, as numbers (BigInt) or bytes ----
function read (buf) {
  const fields = {}
  let at = 0
  const varint = () => { let v = 0n; for (let s = 0n; ; s += 7n) { const b = buf[at++]; v |= BigInt(b & 127) << s; if (b < 128) return v } }
  while (at < buf.length) {
    const tag = Number(varint())
    let value
    if ((tag & 7) === 0) value = varint()
    else { const len = Number(varint()); value = buf.subarray(at, at += len) }
    (fields[tag >> 3] ??= []).push(value)
  }
  return fields
}
const num = (m, f) => BigInt.asIntN(64, m[f]?.at(-1) ?? 0n)
const int = (m, f) => Number(BigInt.asIntN(32, m[f]?.at(-1) ?? 0n))
const str = (m, f) => (m[f]?.at(-1) ?? '').toString()
const sub = (m, f) => read(m[f]?.at(-1) ?? Buffer.alloc(0))
const list = (m, f) => (m[f] ?? []).flatMap((v) => {   // packed or not
  if (typeof v === 'bigint') return [v]
  const out = []
  let n = 0n, s = 0n
  for (const b of v) { n |= BigInt(b & 127) << s; s += 7n; if (b < 128) { out.push(n); n = s = 0n } }
  return out
})
const ballotOf = (m) => ({ abstains: num(m, 1) === 1n, options: list(m, 2).map(Number), amounts: list(m, 3) })
// ---- the state that a count needs ----
const [SINGLE, APPROVAL, RANKED, SPLIT, QUADRATIC] = [1, 2, 3, 4, 5]
const electors = new Map()     // member -> what accounts said, version by version
const delegates = new Map()    // member -> type -> member
const spent = new Map()        // round, member -> credits
const proposals = new Map()
const united = new Map()       // member -> who that is now
const formers = new Map()      // member -> all that it was before
const now = (member) => { while (united.has(member)) member = united.get(member); return member }
const powerOf = (p, member) => [member, ...(formers.get(member) ?? [])].map((m) => powerAs(p, m)).reduce((x, y) => x > y ? x : y)
function powerAs (p, member) {
  const said = electors.get(member)?.findLast((e) => e.version <= p.version)?.said
  const v = sub(p.rule, 17), token = int(p.rule, 4) === 2
  if (!said || int(said, 2) < Math.max(1, int(v, 1)) || p.opened - num(said, 3) < num(v, 2) || num(said, 4) < num(v, 3)) return 0n
  if (num(v, 4) && !num(said, 5)) return 0n
  if (str(v, 5) && !(said[6] ?? []).some((r) => r.toString() === str(v, 5))) return 0n
  return token ? num(said, 4) : 1n
}
const delegateOf = (p, member) => delegates.get(member)?.get(p.type) ?? delegates.get(member)?.get('')
const left = (p, member) => p.credits - (spent.get(`${p.round} ${member}`) ?? 0n)
const spend = (p, member, cost) => spent.set(`${p.round} ${member}`, (spent.get(`${p.round} ${member}`) ?? 0n) + cost)
const cost = (p, b) => p.form === QUADRATIC && b ? b.amounts.reduce((sum, a) => sum + a * a, 0n) : 0n
const isqrt = (n) => { let r = 0n; for (let bit = 1n << 32n; bit; bit >>= 1n) if ((r + bit) * (r + bit) <= n) r += bit; return r }
function cast (p, member, b) {
  const n = b.options.length
  must(powerOf(p, member) > 0n, `${member} was not eligible`)
  must(b.abstains ? n + b.amounts.length === 0 : n > 0 && new Set(b.options).size === n && b.options.every((o) => o < p.options.length) &&
    (p.form !== SINGLE || n === 1) && b.amounts.length === (p.form >= SPLIT ? n : 0) && b.amounts.every((a) => a >= 1n && a <= (p.form === SPLIT ? 10000n : 1000n)) &&
    (p.form !== SPLIT || b.amounts.reduce((x, y) => x + y, 0n) === 10000n), `a ballot of ${member} is not valid`)
  spend(p, member, cost(p, b) - cost(p, p.ballots.get(member)))
  must(!cost(p, b) || left(p, member) >= 0n, `${member} spent more credits than there are`)
  p.ballots.set(member, b)
}
// ---- counting: services/governance/tally.h, rule by rule ----
function count (p) {
  const all = [...p.ballots].map(([member, b]) => ({ ...b, member, power: powerOf(p, member) }))
  let delegated = 0
  for (const member of delegates.keys()) {
    const b = p.ballots.get(delegateOf(p, member))
    if (p.ballots.has(member) || !b || !powerOf(p, member)) continue
    const c = cost(p, b), has = left(p, member) > 0n ? left(p, member) : 0n
    let options = b.options, amounts = b.amounts
    if (p.form === QUADRATIC && c > has) {
      amounts = b.amounts.map((a) => isqrt(a * a * has / c))
      options = options.filter((_, i) => amounts[i] > 0n)
      amounts = amounts.filter((a) => a > 0n)
      if (!options.length) continue
    }
    const own = { abstains: b.abstains, options, amounts, member, power: powerOf(p, member) }
    own.charge = cost(p, own)
    all.push(own)
    delegated++
  }
  const t = { points: p.options.map(() => 0n), scale: p.form === SPLIT ? 10000n : 1n, abstained: 0n, voted: 0n, helping: 0n, basis: 0n, winner: -1, ballots: p.ballots.size, delegated, all }
  const named = all.filter((b) => !b.abstains)
  for (const b of all) {
    const weight = p.form === QUADRATIC ? 1n : b.power
    t.voted += weight
    if (b.abstains) t.abstained += weight
    if (b.abstains || b.options[0] !== p.reject || (p.form !== RANKED && b.options.length > 1)) t.helping += weight
    if (p.form === APPROVAL && !b.abstains) t.basis += b.power
    if (p.form !== RANKED) b.options.forEach((o, i) => { t.points[o] += p.form === SPLIT ? b.power * b.amounts[i] : p.form === QUADRATIC ? b.amounts[i] : b.power })
  }
  if (p.form === RANKED) runOff(p, t, named)
  else {
    if (p.form !== APPROVAL) t.basis = t.points.reduce((x, y) => x + y, 0n)
    const most = t.points.reduce((x, y) => x > y ? x : y)
    if (named.length && t.points.filter((x) => x === most).length === 1) t.winner = t.points.indexOf(most)
  }
  t.quorum = p.eligible > 0n && t.helping * 10000n >= num(p.rule, 5) * p.eligible
  const objects = num(p.rule, 15)
  t.verdict = objects ? (t.points[p.reject] * 10000n >= objects * p.eligible * t.scale ? 7 : 8)
    : !named.length ? 6 : !t.quorum ? 4 : t.winner < 0 ? 5 : t.winner === p.reject ? 2 : t.points[t.winner] * 10000n > num(p.rule, 6) * t.basis ? 1 : 3
  return t
}
function runOff (p, t, ballots) {
  let alive = p.options.map((_, o) => o)
  const rounds = []
  while (ballots.length) {
    const points = p.options.map(() => 0n)
    for (const b of ballots) { const o = b.options.find((x) => alive.includes(x)); if (o !== undefined) points[o] += b.power }
    rounds.push(points)
    t.points = points
    t.basis = points.reduce((x, y) => x + y, 0n)
    t.winner = alive.find((o) => points[o] * 2n > t.basis) ?? -1
    if (t.winner >= 0) return
    let worst = alive
    for (const r of [...rounds].reverse()) { const few = worst.map((o) => r[o]).reduce((x, y) => x < y ? x : y); worst = worst.filter((o) => r[o] === few) }
    if (worst.length === alive.length) return
    alive = alive.filter((o) => o !== worst.at(-1))
  }
}
// ---- the records, one after the other ----
const take = {
  2: (e) => proposals.set(str(e, 1), { id: str(e, 1), type: str(e, 2), options: e[5], reject: int(e, 6), ballots: new Map(), sealed: new Map() }),
  3: (e) => Object.assign(proposals.get(str(e, 1)), { options: e[4], reject: int(e, 5) }),
  7: (e) => (e[3] ?? []).map(read).forEach((s) => electors.set(str(s, 1), [...(electors.get(str(s, 1)) ?? []), { version: num(e, 2), said: s }])),
  8: (e, x) => Object.assign(proposals.get(str(e, 1)), { rule: sub(e, 2), form: int(sub(e, 2), 3), version: num(e, 3), eligible: num(e, 5), opened: x.time, ends: num(e, 6), round: num(e, 7), credits: num(e, 8), open: 'votes' }),
  9: (e, x) => { const p = voting(e, x, 'votes'); must(!num(p.rule, 16), 'an open ballot in a secret vote'); cast(p, x.actor, ballotOf(sub(e, 2))); at(p, x) },
  10: (e, x) => { const p = voting(e, x, 'votes'); must(num(p.rule, 16) && powerOf(p, x.actor), 'a sealed ballot that was not allowed'); p.sealed.set(x.actor, e[2][0]); at(p, x) },
  11: (e, x) => {
    const p = voting(e, x, 'seals')
    must(eq(sha('stoa-ballot\0', p.id, '\0', x.said, '\0', e[3][0], e[2]?.[0] ?? ''), p.sealed.get(x.actor) ?? Buffer.alloc(0)), 'a ballot that is not what was sealed')
    cast(p, x.actor, ballotOf(sub(e, 2)))
    at(p, x)
  },
  12: (e) => { const p = proposals.get(str(e, 1)); must(!p.extended && num(e, 2) > p.ends, 'an end was moved twice'); Object.assign(p, { ends: num(e, 2), extended: true }) },
  13: (e, x) => { const p = proposals.get(str(e, 1)); must(x.time >= p.ends, 'a vote ended early'); Object.assign(p, { ends: num(e, 2), open: 'seals' }) },
  14: (e, x) => close(proposals.get(str(e, 1)), sub(e, 2), int(e, 3), x),
  15: (e) => { const p = proposals.get(str(e, 1)); if (p.open) for (const [m, b] of p.ballots) spend(p, m, -cost(p, b)); p.open = undefined },
  21: (e, x) => { const d = delegates.get(x.actor) ?? new Map(); delegates.set(x.actor, d); if (str(e, 1)) d.set(str(e, 2), now(str(e, 1))); else d.delete(str(e, 2)) },
  26: (e) => unite(now(str(e, 1)), str(e, 2))
}
// Two members are one person: services/governance/unite.c.
function unite (to, from) {
  for (const p of proposals.values()) {
    const b = p.ballots.get(from)
    if (!p.open) continue
    p.sealed.delete(from)
    if (!b) continue
    p.ballots.delete(from)
    spend(p, from, -cost(p, b))
    if (!p.ballots.has(to) && p.form !== QUADRATIC) p.ballots.set(to, b)
  }
  const mine = delegates.get(to) ?? new Map()
  for (const [type, given] of delegates.get(from) ?? []) if (given !== to && !mine.has(type) && mine.size < 20) mine.set(type, given)
  delegates.set(to, mine)
  delegates.delete(from)
  for (const [who, d] of delegates) for (const [type, given] of d) if (given === from) who === to ? d.delete(type) : d.set(type, to)
  for (const [line, credits] of [...spent]) {
    const [round, who] = line.split(' ')
    if (who === from) { spend({ round }, to, credits); spent.delete(line) }
  }
  united.set(from, to)
  formers.set(to, [...(formers.get(to) ?? []), ...(formers.get(from) ?? []), from])
}
const voting = (e, x, stage) => { const p = proposals.get(str(e, 1)); must(p?.open === stage && x.time < p.ends, `a ballot of ${x.actor} when none was taken`); return p }
const found = [], at = (p, x) => found.push({ proposal: p.id, place: x.place, actor: x.actor })
function close (p, said, verdict, x) {
  must(p.open && x.time >= p.ends, 'a vote ended early')
  const t = count(p)
  const same = t.points.join() === list(said, 1).join() && [t.scale, t.abstained, t.voted, t.helping, t.basis].every((v, i) => v === num(said, i + 2)) &&
    t.winner === int(said, 7) && BigInt(t.ballots) === num(said, 9) && BigInt(t.delegated) === num(said, 10) && t.quorum === (num(said, 11) === 1n) && t.verdict === verdict
  must(same, `${p.id}: the count that was recorded is not the count of its ballots`)
  for (const b of t.all) if (b.charge) spend(p, b.member, b.charge)
  Object.assign(p, { open: undefined, counted: t })
}
let head = Buffer.alloc(0)
pieces.slice(1).forEach((bytes, i) => {
  const batch = read(bytes)
  must(str(batch, 1) === community && num(batch, 2) === BigInt(i + 1) && eq(batch[3]?.[0] ?? Buffer.alloc(0), head), `record ${i + 1} does not follow the one before`)
  head = leaves[i];
  (batch[4] ?? []).map(read).forEach((entry, k) => {
    const x = { actor: now(str(entry, 2)), said: str(entry, 2), time: num(entry, 3), place: `${i + 1}.${k}` }
    for (const e of (entry[5] ?? []).map(read)) for (const kind in e) take[kind]?.(read(e[kind][0]), x)
  })
})
for (const p of proposals.values()) if (p.counted && (!wanted || p.id === wanted)) console.log(`proposal ${p.id} verdict ${p.counted.verdict} points ${p.counted.points.join(' ')}`)
if (receipt) must(found.some((f) => f.proposal === wanted && f.place === receipt), `no ballot at ${receipt}`)
console.log(`verified: ${size} records`)
