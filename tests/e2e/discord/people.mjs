// people.mjs - who somebody is across platforms, and what their Discord roles
// mean: a role lets its holder vote from the next roll on, and no longer once it
// is gone; a code makes a terminal and a Discord account one person.
import { spawnSync } from 'node:child_process'
import { ADMINISTRATOR, Suite, check, idOf, isEphemeral, report, stoa, textOf, until } from './suite.mjs'

const s = await Suite.start({ up: ['--governance-pace', '100000', '--bot-rate-factor', '1000'], config: { heartbeat_interval_ms: 5000 } })
check('the suite is up', s.upStatus === 0, s.upText)
await until(10000, async () => (await s.get('commands')).global?.length)
const ROLE = '41771983423143936'
const lin = (await s.post('users', { username: 'lin' })).id
const ordinary = (user, roles = []) => ({ user_id: user, permissions: '2048', roles })

// ---- a role, and the roll ----

let i = await s.say('setup', { name: 'Guild of roles' }, { permissions: ADMINISTRATOR })
check('a community', textOf(i?.original).includes('Guild of roles'), i)
for (const user of [s.grace, lin]) await s.say('balance', {}, ordinary(user))
i = await s.say('propose', { type: 'PARAMETER', title: 'Role', description: 'Holders decide', action: `rule FEATURE_REQUEST platform_role ${ROLE} voting 20s review 0; command faq text "Read it; then ask."` })
await s.press(idOf(i?.original, 'Sponsor'), i?.message_ids?.[0], ordinary(s.grace))
const tells = (id, pattern) => until(15000, async () => { i = await s.say('why', { id }); return pattern.test(textOf(i?.original)) })
await until(10000, async () => { i = await s.say('vote', { id: '#1', choice: 'for' }); return /Receipt/.test(textOf(i?.original)) })
await s.say('vote', { id: '#1', choice: 'for' }, ordinary(s.grace))
check('only holders of the role decide features from now on', await tells('#1', /It was carried out/), i)

i = await s.say('run', { name: 'faq' }, ordinary(lin))
check('the community has a command of its own', /Read it; then ask/.test(textOf(i?.original)), i)
i = await s.answered((await s.post('interactions', { kind: 'autocomplete', name: 'run', options: { name: 'f' }, focused: 'name',
  guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada })).id)
check('it is offered while typing', i?.choices?.some((c) => c.value === 'faq'), i?.choices)

const opens = async (id, title) => {
  await s.say('propose', { type: 'FEATURE_REQUEST', title, description: 'What it does' })
  return until(10000, async () => { i = await s.say('proposal', { id }); return /open for votes/.test(textOf(i?.original)) })
}
await s.say('balance', {}, ordinary(lin, [ROLE]))
check('a vote opens', await opens('#2', 'Dark mode'), i)
i = await s.say('vote', { id: '#2', choice: 'for' }, ordinary(lin, [ROLE]))
check('who holds the role votes', /Receipt/.test(textOf(i?.original)), i)
i = await s.say('vote', { id: '#2', choice: 'for' }, ordinary(s.grace))
check('who does not is told why not', isEphemeral(i) && /a role of the platform/.test(textOf(i?.original)), i)
await s.say('balance', {}, ordinary(lin))
i = await s.say('vote', { id: '#2', choice: 'against' }, ordinary(lin))
check('the roll of an open vote stays as it was', /Receipt/.test(textOf(i?.original)), i)
check('another vote opens', await opens('#3', 'Light mode'), i)
i = await s.say('vote', { id: '#3', choice: 'for' }, ordinary(lin))
check('whose role is gone is not on the next roll', isEphemeral(i) && /a role of the platform/.test(textOf(i?.original)), i)

// ---- a terminal and Discord ----

const terminal = (line) => { const r = spawnSync(stoa, ['run', '--home', s.home, line], { encoding: 'utf8' }); return r.stdout + r.stderr }
const memberOf = (text) => /u\\?_[a-z2-7]{10}/.exec(text)?.[0].replace('\\', '')
const was = memberOf(terminal('/whoami'))
i = await s.say('link')
const code = /[0-9a-z]{5}-[0-9a-z]{5}/.exec(textOf(i?.original))?.[0]
check('a code is shown to its asker alone', isEphemeral(i) && code, i)
check('the terminal claims it', /Nothing has changed yet/.test(terminal(`/link code:${code} confirm:yes`)))
i = await s.say('link')
check('Discord asks who that was', isEphemeral(i) && /console/.test(textOf(i?.original)) && memberOf(textOf(i?.original)) === was, i)
i = await s.press(idOf(i?.original, 'It was me'), i?.message_ids?.[0])
check('a button answers', /Both accounts are/.test(textOf(i?.original)), i)
i = await s.say('whoami')
const now = memberOf(textOf(i?.original))
check('both are listed', /discord/.test(textOf(i?.original)) && /console/.test(textOf(i?.original)), i)
const text = terminal('/whoami')
check('the terminal is the same member', memberOf(text) === now && now !== was, text)
check('in its own community, with what it had there', /Credit\s+100 Joy/.test(terminal('/balance')), terminal('/balance'))


// ---- two accounts in one server: whoever typed the code is told, too ----

i = await s.say('link')
const second = /[0-9a-z]{5}-[0-9a-z]{5}/.exec(textOf(i?.original))?.[0]
const claim = await s.say('link', { code: second, confirm: 'yes' }, ordinary(s.grace))
check('another account claims a code', isEphemeral(claim) && /Nothing has changed yet/.test(textOf(claim?.original)), claim)
i = await s.say('link')
i = await s.press(idOf(i?.original, 'It was me'), i?.message_ids?.[0])
check('and is let in', /Both accounts are/.test(textOf(i?.original)), i)
const told = await until(5000, async () => {
  const c = await s.get(`interactions/${claim.id}`)
  for (const id of c.message_ids ?? []) { const m = await s.message(id); if (/This account is/.test(textOf(m))) return m }
  return (await s.get('messages')).find((m) => /This account is/.test(textOf(m)))
})
check('who claimed it is told', told, await s.get(`interactions/${claim.id}`))
check('for nobody else to see', told && (told.flags & 64 || told.channel_id !== s.channel), told)
i = await s.say('whoami', {}, ordinary(s.grace))
check('and is the same member', memberOf(textOf(i?.original)) === now, i)

// It is told after an interaction that was answered: the first way is refused.
await s.end(['http-400'])
report('discord-people')
