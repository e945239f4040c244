// bot.mjs - every command of the catalogue in Discord, end to end, and what
// people do wrong.
import http from 'node:http'
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { ADMINISTRATOR, MANAGE_GUILD, Suite, check, idOf, isEphemeral, metricFaults, report, textOf, until } from './suite.mjs'

const s = await Suite.start({ up: ['--bot-rate-factor=1000'], config: { heartbeat_interval_ms: 5000 } })
check('the suite is up', s.upStatus === 0, s.upText)
const commands = await until(10000, async () => { const c = (await s.get('commands')).global; return c?.length ? c : null })
check('the catalogue is registered', commands?.some((c) => c.name === 'train'), commands)
for (const locale of ['es-ES', 'de', 'fr', 'pt-BR', 'ja']) {
  check(`every command is described in ${locale}`, commands.every((c) => c.description_localizations?.[locale] && c.name_localizations?.[locale]))
}

check('the status tells the link that brings the bot into a server',
  /https:\/\/discord\.com\/oauth2\/authorize\?client_id=\d+&\S*permissions=274878024704/.test(s.status()), s.status())

// ---- a server becomes a community ----

let i = await s.say('balance', {}, { user_id: s.grace })
check('before that nobody has a balance', isEphemeral(i) && textOf(i?.original).includes('/setup'), i)
i = await s.say('setup', {}, { user_id: s.grace })
check('who may not manage the server cannot make it one', isEphemeral(i) && /manage this server/.test(textOf(i?.original)), i)
i = await s.say('setup', { name: 'Model makers' }, { permissions: ADMINISTRATOR })
check('who may does', textOf(i?.original).includes('Model makers') && textOf(i?.original).includes('owner'), i)
const setup = i
i = await s.say('balance', {}, { user_id: s.grace })
check('an ordinary member joins with the first command, privately', isEphemeral(i) && textOf(i?.original).includes('100'), i)
i = await s.say('setup', {}, { user_id: s.grace })
check('a denial is private and names who can help', isEphemeral(i) && /ask /.test(textOf(i?.original)) && textOf(i?.original).includes('admin'), i)

// ---- plain commands ----

for (const name of ['help', 'status', 'datasets', 'jobs', 'models', 'balance', 'invite']) {
  i = await s.say(name)
  check(`/${name} is answered in a second and a half`, i && i?.first_answer_ms < 1500 && i?.answer_type === 4, i)
}
check('/invite gives a link without Administrator', textOf((await s.say('invite')).original).includes('permissions=274878024704'))
i = await s.press(idOf(setup?.original, 'All commands'), setup?.message_ids?.[0])
check('a button does what it says', textOf(i?.original).includes('What you can do'), i)
i = await s.post('interactions', { kind: 'autocomplete', name: 'help', options: { command: 'tra' }, focused: 'command',
  guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada })
i = await s.answered(i?.id)
check('values are offered while typing', i.choices?.some((c) => c.value === 'train'), i)

// ---- a model: upload, train, ask ----

const csv = readFileSync(path.join(import.meta.dirname, '../../../docs/samples/clinc150/train.csv'), 'utf8').split('\n').slice(0, 3001).join('\n') + '\n'
const file = await s.post('files', { name: 'clinc.csv', text: csv })
const FILE = '900000000000000001'
const attached = (size) => ({ resolved: { attachments: { [FILE]: { id: FILE, filename: 'clinc.csv', size, url: file.url, proxy_url: file.url, content_type: 'text/csv', ephemeral: true } } } })
i = await s.say('upload', [{ name: 'file', type: 11, value: FILE }, { name: 'name', type: 3, value: 'intents' }], attached(csv.length))
const uploaded = await until(15000, async () => { const now = await s.get(`interactions/${i?.id}`); return /baf/.test(textOf(now.original)) ? now : null })
const cid = /baf[a-z2-7]{50,}/.exec(textOf(uploaded?.original))?.[0]
check('an attachment becomes a dataset', cid, await s.get(`interactions/${i?.id}`))
i = await s.say('upload', [{ name: 'file', type: 11, value: FILE }], attached(300 * 1024 * 1024))
const refused = await until(5000, async () => { const now = await s.get(`interactions/${i?.id}`); return /256|large/.test(textOf(now.original)) ? now : null })
check('an attachment larger than a data set may be is refused', refused, i)
i = await s.answered((await s.post('interactions', { kind: 'autocomplete', name: 'train', options: { dataset: 'int' }, focused: 'dataset',
  guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada })).id)
check('datasets are offered by name', i.choices?.some((c) => c.value === cid), i.choices)

i = await s.say('train', { dataset: cid, parameters: '{"epochs": 300, "seed": 7}', name: 'intents', max_spend: '5' })
check('/train answers at once with the job', i && i?.answer_type === 4 && /intents/.test(textOf(i?.original)), i)
const trained = await until(90000, async () => { const m = await s.message(i?.message_ids?.[0]); return /succeeded|Succeeded|accuracy/i.test(textOf(m.components)) && idOf(m, 'Show the model') ? m : null })
check('the same message tells how it ended', trained, await s.message(i?.message_ids?.[0]))
const edits = trained?.edits ?? []
check('progress edits that message', edits.some((e) => /epoch \d+ of 300/.test(JSON.stringify(e))), edits.length)
const times = edits.map((e) => e.at)
check('not more than once a second', times.every((t, n) => n < 1 || n === times.length - 1 || t - times[n - 1] >= 950), times)
check('the loss curve is a picture', trained?.attachments?.[0]?.content_type === 'image/png', trained?.attachments)

let shown = await s.press(idOf(trained, 'Show the model'), trained?.id)
check('its button shows the model', /accuracy/i.test(textOf(shown?.original)), shown)
let form = await s.press(idOf(shown?.original, 'Ask it'), shown?.message_ids?.[0])
check('"Ask it" asks for the question in a form', form?.answer_type === 9 && form?.modal?.components?.length === 1, form)
i = await s.fill(form, { question: 'how do i say thank you in japanese' })
check('the form\'s question is answered', /translate/.test(textOf(i?.original)), i)
form = await s.say('ask', { model: 'intents' })
check('so does a command without it', form?.answer_type === 9, form)
i = await s.fill(form, { question: 'what is my account balance' })
check('and it is answered', /balance/.test(textOf(i?.original)), i)
i = await s.say('ask', { model: 'intents', question: 'how do i say thank you in japanese' })
check('/ask with all its options', /translate/.test(textOf(i?.original)), i)
i = await s.say('model', { id: 'intents' })
check('/model by name', /accuracy/i.test(textOf(i?.original)), i)
const job = /j_[a-z2-7]{10}/.exec(textOf(trained?.components))?.[0] ?? /j_[a-z2-7]{10}/.exec(textOf((await s.say('jobs')).original))?.[0]
i = await s.say('job', { id: job })
check('/job', textOf(i?.original).includes('intents'), i)

// ---- money, other people ----

i = await s.say('transfer', { to: s.grace, amount: '1' })
check('/transfer of what one does not have says so', isEphemeral(i) && /credit|Joy|funds/i.test(textOf(i?.original)), i)
i = await s.say('transfer', { to: s.grace, amount: 'much' })
check('an amount that is none is named', isEphemeral(i) && /amount/.test(textOf(i?.original)), i)
i = await s.say('train', { dataset: cid, parameters: '{"epochs": 1000}', name: 'slow' })
const slow = await until(5000, async () => { const m = await s.message(i?.message_ids?.[0]); return idOf(m, 'Cancel') ? m : null })
let other = await s.press(idOf(slow, 'Cancel'), slow?.id, { user_id: s.grace })
check('somebody else\'s button is refused, privately', isEphemeral(other) && /somebody else/.test(textOf(other?.original)), other)
i = await s.press(idOf(slow, 'Cancel'), slow?.id)
check('one\'s own works', /ancel/.test(textOf(i?.original)), i)

// ---- votes ----

// The custom_id and the chosen values of the list with that placeholder.
const listOf = (m, placeholder) => {
  let found
  const walk = (v) => {
    if (v?.placeholder === placeholder) found = v
    else if (v && typeof v === 'object') Object.values(v).forEach(walk)
  }
  walk(m)
  return found
}

for (const name of ['proposals', 'rules', 'credits']) {
  i = await s.say(name)
  check(`/${name} is answered before anything is proposed`, i?.answer_type === 4 && !/⛔|❌/.test(textOf(i?.original)), i)
}
form = await s.say('propose', { type: 'FEATURE_REQUEST', title: 'New Feature' })
check('/propose asks for the description in a form', form?.answer_type === 9, form)
i = await s.fill(form, { description: 'What it does' })
check('and proposes', /New Feature/.test(textOf(i?.original)), i)
const opened = await until(10000, async () => (await s.get(`messages?channel=${s.channel}`)).find((m) => idOf(m, 'Vote for') && /New Feature/.test(textOf(m.components))))
check('that voting opened is told where it was proposed, with buttons', opened, await s.get(`messages?channel=${s.channel}`))
i = await s.press(idOf(opened, 'Vote for'), opened?.id, { user_id: s.grace })
check('everybody votes with them, privately, and gets a receipt', isEphemeral(i) && /Receipt/.test(textOf(i?.original)), i)
i = await s.say('vote', { id: '#1', choice: 'against', reason: 'too soon' })
check('/vote', /against/.test(textOf(i?.original)) && /Receipt/.test(textOf(i?.original)), i)
i = await s.say('proposal', { id: '1' })
const picture = i?.original?.attachments?.[0]
check('/proposal is a picture of the vote', picture?.content_type === 'image/png' && picture?.filename === 'vote.png', i?.original)
check('told in words for who cannot see it', /quorum/.test(picture?.description) && /1\. for: /.test(picture?.description), picture)
i = await s.say('why', { id: '#1' })
check('/why tells that it is not decided yet', /not decided/.test(textOf(i?.original)), i)
i = await s.say('propose', { type: 'TREASURY', title: 'Pay', description: 'For labels', action: 'pay somebody' })
check('an action that is none is explained', isEphemeral(i) && /amount/.test(textOf(i?.original)), i)
i = await s.say('propose', { type: 'TREASURY', title: 'Pay', description: 'For labels', action: `pay <@${s.grace}> 1` })
check('one that needs a sponsor is a draft', idOf(i?.original, 'Sponsor') && /Sponsors/.test(textOf(i?.original)), i)
i = await s.press(idOf(i?.original, 'Sponsor'), i?.message_ids?.[0], { user_id: s.grace })
check('whom somebody else may sponsor', /#2|Pay/.test(textOf(i?.original)), i)
i = await s.say('propose', { type: 'TEXT', title: 'Colour', description: 'Of the banner', options: 'red | blue | none of these' })
const ranked = await until(10000, async () => (await s.get(`messages?channel=${s.channel}`)).find((m) => idOf(m, 'Abstain') && /Colour/.test(textOf(m.components))))
const graces = { user_id: s.grace }
let booth = await s.press(idOf(ranked, 'Vote'), ranked?.id, graces)
check('a ranked ballot is a list for each rank, for oneself', isEphemeral(booth) && ['Best', 'Second', 'Third'].every((l) => listOf(booth?.original, l)), booth)
const rank = (label, value) => s.press(listOf(booth?.original, label)?.custom_id, booth?.message_ids?.[0] ?? booth?.original?.id, { values: [value], ...graces })
i = await rank('Best', '1 #2')
check('a choice takes the place of the card before', i?.answer_type === 7 && i?.original?.id === booth?.original?.id && /Not cast yet/.test(textOf(i?.original)), i)
booth = i
i = await rank('Second', '2 #1')
check('and the next one adds to it', /blue \\?> red/.test(textOf(i?.original)), i)
i = await s.press(idOf(i?.original, 'Cast this vote'), i?.original?.id, graces)
check('and it is cast', /Receipt/.test(textOf(i?.original)) && /blue \\?> red/.test(textOf(i?.original)), i)
i = await s.say('propose', { type: 'FINE_TUNE', title: 'Train', description: 'The treasury pays', action: `train ${cid} epochs=3 budget 1` })
await until(10000, async () => (await s.get(`messages?channel=${s.channel}`)).find((m) => idOf(m, 'Abstain') && /Train/.test(textOf(m.components))))
form = await s.say('vote', { id: '#4' })
check('a quadratic ballot tells its cost', form?.answer_type === 9 && /100 credits/.test(JSON.stringify(form.modal)), form)
i = await s.fill(form, { choice: 'for 7' })
check('and what is left', /49/.test(textOf(i?.original)) && /51/.test(textOf(i?.original)), i)
for (const [name, options] of [['delegate', { to: s.grace, type: 'FINE_TUNE' }], ['undelegate', { type: 'FINE_TUNE' }], ['withdraw_proposal', { id: '#2' }], ['veto', { id: '#3', reason: 'not our colours' }], ['retry', { id: '#1' }], ['sponsor', { id: '#1' }]]) {
  i = await s.say(name, options)
  check(`/${name} is answered`, i?.answer_type === 4 && textOf(i?.original).length > 0, i)
}
i = await s.answered((await s.post('interactions', { kind: 'autocomplete', name: 'vote', options: { id: 'new' }, focused: 'id',
  guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada })).id)
check('proposals are offered by title', i.choices?.some((c) => c.value === '#1'), i.choices)
i = await s.answered((await s.post('interactions', { kind: 'autocomplete', name: 'propose', options: { type: 'eth' }, focused: 'type',
  guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada })).id)
check('types by name', i.choices?.some((c) => c.value === 'ETHICS'), i.choices)

// ---- what people do wrong ----

i = await s.press('t:1aaaaaaaaaaaaaaaa0bbbbbbbbbbbbb', trained?.id, { force: true })
check('a forged or expired button says what to do', isEphemeral(i) && /not known any more/.test(textOf(i?.original)), i)
i = await s.say('trian', {}, { force: true })
check('a command of an older list is explained', isEphemeral(i) && /train/.test(textOf(i?.original)), i)
i = await s.say('train', { dataset: cid, epochs: 3 }, { force: true })
check('so is an option of an older list', isEphemeral(i) && /epochs/.test(textOf(i?.original)), i)
i = await s.say('balance', {}, { dm: true })
check('a direct message goes on where one was last', /Joy|credit/i.test(textOf(i?.original)), i)
const said = await s.post('messages', { content: `<@${s.world.bot.id}> status`, user_id: s.ada, channel_id: s.channel })
const reply = await until(5000, async () => (await s.get(`messages?channel=${s.channel}`)).find((m) => m.message_reference?.message_id === said.id))
check('being mentioned is being asked', /accounts/.test(textOf(reply)), reply)

// ---- a slow answer, a late one ----

s.kill('bot', 'SIGSTOP')
i = await s.say('balance')
check('when the bot is slow Discord shows that we think', i?.answer_type === 5 && i?.first_answer_ms >= 1400 && i?.first_answer_ms < 2600, i)
s.kill('bot', 'SIGCONT')
i = await until(10000, async () => { const now = await s.get(`interactions/${i?.id}`); return /Joy|credit/i.test(textOf(now.original)) ? now : null })
check('and the answer takes its place, as private as promised', i && isEphemeral(i), i)

// ---- a channel where the bot may not write ----

await s.call('PATCH', `channels/${s.channel}`, { access: 'read' })
await s.post('messages', { content: `<@${s.world.bot.id}> status`, user_id: s.ada, channel_id: s.channel })
check('who can mend it is told', (await s.wait({ message: { contains: 'may not write' } })).message)
await s.call('PATCH', `channels/${s.channel}`, { access: 'all' })

// ---- the bot is removed ----

await s.call('DELETE', `guilds/${s.world.guilds[1]?.id}`)
i = await s.say('help')
check('a server that removes the bot bothers nobody else', i?.answer_type === 4, i)

// ---- a new server: its owner is shown what can be set ----

// The bot comes to a new server, with that system channel; gives the greeting.
const arrive = async (guild, systemChannel) => {
  const known = new Set((await s.get('messages')).map((m) => m.id))
  await s.post('dispatch', { t: 'GUILD_CREATE', guild_id: guild.id, d: { id: guild.id, name: 'Club', owner_id: s.ada, unavailable: false,
    preferred_locale: 'en-US', joined_at: new Date().toISOString(), system_channel_id: systemChannel, channels: [], members: [] } })
  return until(10000, async () => (await s.get('messages'))
    .find((m) => m.author?.id === s.world.bot.id && !known.has(m.id) && /All commands/.test(textOf(m.components))))
}
const GRANT = 'How much credit new members get'
const ADMINS = 'Whose holders count as admins'
const NEWS = 'Where to tell the community news'

const club = await s.post('guilds', { name: 'Club' })
const ROLE = club.roles[1] ?? club.roles[0]
let card = await arrive(club, null)
check('without a system channel the owner sees in person what is set', card && !club.channels.includes(card.channel_id), await s.get('messages'))
check('it can be chosen without typing', [3, 8, 6].every((type, n) => listOf(card, [GRANT, NEWS, ADMINS][n])?.type === type), card?.components)
const inPerson = card
const here = (more) => ({ guild_id: club.id, channel_id: club.channels[0], ...more })
const dm = { dm: true, guild_id: undefined, channel_id: undefined }
i = await s.press(listOf(card, GRANT)?.custom_id, card?.id, { ...dm, values: ['10'] })
check('the owner chooses the grant there', /10 Joy of credit/.test(textOf(i?.original)) &&
  listOf(i?.original, GRANT)?.options.find((o) => o.default)?.value === '10', i)

const manager = (more) => here({ permissions: MANAGE_GUILD, ...more })
i = await s.say('setup', {}, manager())
check('whoever may manage the server sees it as well', listOf(i?.original, ADMINS), i)
card = i
const choose = (placeholder, value, more) => s.press(listOf(card?.original, placeholder)?.custom_id, card?.message_ids?.[0], manager({ values: [value], ...more }))
i = await choose(NEWS, club.channels[1])
check('the channel for news', listOf(i?.original, NEWS)?.default_values?.[0]?.id === club.channels[1], i)
i = await choose(ADMINS, club.id)
check('the role of everybody is refused', isEphemeral(i) && /everybody/.test(textOf(i?.original)), i)
i = await choose(ADMINS, ROLE, { user_id: s.grace, permissions: '2048' })
check('who may not manage it cannot choose', isEphemeral(i) && /role admin/.test(textOf(i?.original)), i)
i = await choose(ADMINS, ROLE)
check('the role of admins', listOf(i?.original, ADMINS)?.default_values?.[0]?.id === ROLE && idOf(i?.original, 'No admin role'), i)

const lin = (await s.post('users', { username: 'lin' })).id
i = await s.say('balance', {}, here({ user_id: lin, permissions: '2048' }))
check('a new member is greeted with the grant that was chosen', isEphemeral(i) && /\b10 Joy/.test(textOf(i?.original)) && !/100 Joy/.test(textOf(i?.original)), i)
i = await s.say('setup', {}, here({ user_id: lin, permissions: '2048' }))
check('an ordinary member may not set up', isEphemeral(i) && /role admin/.test(textOf(i?.original)), i)
i = await s.say('setup', { grant: '25' }, here({ user_id: lin, permissions: '2048', roles: [ROLE] }))
check('one with the role may', /25 Joy of credit/.test(textOf(i?.original)) && /admin/.test(textOf(i?.original)), i)
i = await s.say('setup', { grant: '1000001' }, manager())
check('a grant beyond its bound is refused with the bound', isEphemeral(i) && /1000000/.test(textOf(i?.original)) && /grant/.test(textOf(i?.original)), i)
i = await s.say('setup', [{ name: 'channel', type: 7, value: 'general' }], manager({ force: true }))
check('a channel that is none is named', isEphemeral(i) && /channel/.test(textOf(i?.original)), i)
const shop = await s.post('guilds', { name: 'Shop' })
await s.call('PATCH', `channels/${shop.channels[0]}`, { access: 'read' })
let greeting = await arrive(shop, shop.channels[0])
check('so it is when the bot may not write in the system channel', greeting && !shop.channels.includes(greeting.channel_id), greeting)
i = await s.press(listOf(inPerson, GRANT)?.custom_id, inPerson?.id, { ...dm, values: ['100'] })
const communityOf = (m) => /c\\?_[a-z2-7]{10}/.exec(textOf(m))?.[0]
check('each such card stays with its server', communityOf(inPerson) === communityOf(i?.original) &&
  communityOf(greeting) !== communityOf(i?.original), [communityOf(inPerson), communityOf(greeting), i])
const yard = await s.post('guilds', { name: 'Yard' })
greeting = await arrive(yard, yard.channels[0])
check('else it stands in the system channel', greeting?.channel_id === yard.channels[0], greeting)
i = await s.press(idOf(card?.original, 'Status'), card?.message_ids?.[0], manager())
check('other buttons go on working', /accounts/.test(textOf(i?.original)), i)

// ---- what an operator sees ----

for (const name of ['accounts', 'bot', 'discord', 'gateway', 'storage', 'training', 'worker']) {
  const text = s.metricsText(name)
  check(`Prometheus can read the metrics of ${name}`, text.includes('stoa_ready 1\n') && metricFaults(text).length === 0, metricFaults(text))
}

await s.end(['http-400', 'http-403', 'http-404'])
report('discord-bot')
