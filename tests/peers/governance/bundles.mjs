// bundles.mjs BIN [COUNT] - random communities as signed bundles: `stoa
// verify proposal` and docs/verify.mjs, which share nothing, must agree on
// each, and refuse what was tampered with. SEED= repeats a run.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [bin, countText = '1000'] = process.argv.slice(2)
const count = Number(countText)
const first = Number(process.env.SEED || randomInt(1, 1e9))
const dir = mkdtempSync(path.join(tmpdir(), 'stoa-bundles-'))
process.on('exit', () => rmSync(dir, { recursive: true }))
const file = path.join(dir, 'b')
const verifier = path.join(import.meta.dirname, '../../../docs/verify.mjs')

const run = (program, args) => { const r = spawnSync(program, args, { encoding: 'utf8' }); return { status: r.status, text: r.stdout + r.stderr } }
const ours = (key, proposal, receipt) => run(path.join(bin, 'stoa'), ['verify', 'proposal', proposal, `--home=${dir}/home`, `--bundle=${file}`, `--key=${key}`, ...(receipt ? [`--receipt=${receipt}`] : [])])
const theirs = (key, ...more) => run(process.execPath, [verifier, file, key, ...more])

let seed = first
function fail (why, detail = '') {
  console.log(`FAIL seed ${seed}: ${why}\n${detail}`)
  process.exit(1)
}

let counted = 0, proven = 0, tampered = 0
const verdicts = new Set()
for (; seed < first + count; seed++) {
  const made = run(path.join(bin, 'test/bundle_tool'), [String(seed), file])
  if (made.status !== 0) fail('the tool', made.text)
  const key = /^key (.*)$/m.exec(made.text)[1]
  const receipt = /^receipt (\S+) (\S+) (\S+)$/m.exec(made.text)
  const judged = theirs(key)
  if (judged.status !== 0) fail('docs/verify.mjs refuses', judged.text)
  const closed = [...made.text.matchAll(/^proposal (\S+) (\d+) ([1-9]\d*)((?: \d+)*)$/mg)]
  for (const [, id, , verdict, points] of closed) {
    if (!judged.text.includes(`proposal ${id} verdict ${verdict} points${points}\n`)) fail(`${id} is counted otherwise`, made.text + judged.text)
    verdicts.add(verdict)
    counted++
  }
  const [, id, place] = receipt ?? [null, closed[0]?.[1] ?? 'p_none', '']
  const mine = ours(key, id, place)
  if (receipt && (mine.status !== 0 || !mine.text.includes(`ballot of ${receipt[3]} in record`))) fail('stoa verify refuses', mine.text)
  if (receipt && seed % 5 === 0 && theirs(key, id, place).status !== 0) fail('docs/verify.mjs does not find the ballot')
  proven += receipt ? 1 : 0
  if (seed % 10 === 0) {
    const bytes = readFileSync(file)
    const at = (seed * 7919) % bytes.length
    bytes[at] ^= 1 << (seed % 8)
    writeFileSync(file, bytes)
    if (ours(key, id, place).status === 0) fail(`stoa verify takes a bundle whose byte ${at} was changed`)
    if (theirs(key).status === 0) fail(`docs/verify.mjs takes a bundle whose byte ${at} was changed`)
    tampered++
  }
}
if (count >= 100 && verdicts.size < 8) fail(`only ${verdicts.size} kinds of verdict came up`)
console.log(`ok peer bundles (SEED=${first}): ${count} bundles, ${counted} votes counted alike, ${proven} ballots proven, ${tampered} of ${tampered} changed ones refused`)
