// peer.mjs - discord.js and its parts against the fake: whatever they do must
// work, and the fake must find nothing to complain about.
import assert from 'node:assert/strict'
import http from 'node:http'
import { REST } from '@discordjs/rest'
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws'
import { verifyKey } from 'discord-interactions'
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  Events,
  GatewayIntentBits,
  MessageFlags,
  ModalBuilder,
  LabelBuilder,
  SlashCommandBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle
} from 'discord.js'
import { BareClient } from './client.mjs'
import { Checks, once, spawnFake } from './kit.mjs'
import { compare } from './signature.mjs'

const checks = new Checks('peer')
const fake = await spawnFake()
const check = (title, run) =>
  checks.check(title, async () => {
    await run()
    await fake.clean()
  })
await fake.post('/config', { identify_window_ms: 20, session_start_remaining: 1000 })
const world = await fake.get('/state')
const guild = world.guilds[0]
const channel = guild.channels[0].id
const user = world.users[1].id

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.DirectMessages
  ],
  rest: { api: fake.api.replace(/\/v10$/, ''), version: '10' }
})
client.on('error', (e) => console.log('client error', e))

await check('discord.js: ready with every guild', async () => {
  const ready = once(client, Events.ClientReady)
  await client.login(fake.token)
  await ready
  assert.equal(client.guilds.cache.size, world.guilds.length)
  assert.equal(client.guilds.cache.get(guild.id).channels.cache.size, 3)
})

const command = new SlashCommandBuilder()
  .setName('price')
  .setDescription('Tells a price')
  .setNameLocalizations({ de: 'preis' })
  .addStringOption((o) =>
    o.setName('model').setDescription('Which model').setRequired(true).setAutocomplete(true)
  )
  .addIntegerOption((o) =>
    o.setName('days').setDescription('For how long').setMinValue(1).setMaxValue(30)
  )

await check('discord.js: registers commands', async () => {
  await client.application.commands.set([command])
  await client.application.commands.set([command])
  await client.application.commands.set([command], guild.id)
  const list = await client.application.commands.fetch({ withLocalizations: true })
  assert.equal(list.first().nameLocalizations.de, 'preis')
  assert.equal(list.first().options.length, 2)
})

const act = async (spec, handle) => {
  const heard = once(client, Events.InteractionCreate)
  const it = await fake.post('/interactions', {
    guild_id: guild.id,
    channel_id: channel,
    user_id: user,
    ...spec
  })
  const [i] = await heard
  await handle(i)
  return fake.get(`/interactions/${it.id}`)
}

await check('discord.js: replies to a command', async () => {
  const it = await act(
    { kind: 'command', name: 'price', options: { model: 'm_1', days: 3 }, locale: 'de' },
    async (i) => {
      assert.equal(i.options.getInteger('days'), 3)
      assert.equal(i.locale, 'de')
      assert.equal(i.user.id, user)
      const r = await i.reply({
        content: 'ten',
        flags: MessageFlags.Ephemeral,
        withResponse: true
      })
      assert.equal(r.resource.message.content, 'ten')
      assert.ok(r.resource.message.flags.has(MessageFlags.Ephemeral))
    }
  )
  assert.equal(it.answer_type, 4)
})

await check('discord.js: defers, edits, follows up, deletes', async () => {
  const it = await act(
    { kind: 'command', name: 'price', options: { model: 'm_1' } },
    async (i) => {
      await i.deferReply()
      await i.editReply({
        embeds: [{ title: 'Price', description: 'ten', fields: [{ name: 'a', value: 'b' }] }],
        files: [{ attachment: Buffer.from('x,y\n'), name: 'p.csv' }]
      })
      const more = await i.followUp({ content: 'and more', allowedMentions: { parse: [] } })
      await i.deleteReply(more)
    }
  )
  assert.equal(it.answer_type, 5)
  const m = await fake.get(`/messages/${it.original.id}`)
  assert.equal(m.edits.length, 2)
  assert.equal(m.attachments[0].filename, 'p.csv')
})

await check('discord.js: autocomplete', async () => {
  const it = await act(
    { kind: 'autocomplete', name: 'price', options: { model: 'm' }, focused: 'model' },
    (i) => i.respond([{ name: i.options.getFocused() + '1', value: 'm_1' }])
  )
  assert.deepEqual(it.choices, [{ name: 'm1', value: 'm_1' }])
})

await check('discord.js: components v2, a click, a modal, its submission', async () => {
  await act({ kind: 'command', name: 'price', options: { model: 'm' } }, (i) =>
    i.reply({
      flags: MessageFlags.IsComponentsV2,
      components: [
        new ContainerBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent('# Vote'))
          .addActionRowComponents(
            new ActionRowBuilder().addComponents(
              new ButtonBuilder()
                .setCustomId('yes')
                .setLabel('Yes')
                .setStyle(ButtonStyle.Success),
              new ButtonBuilder()
                .setCustomId('why')
                .setLabel('Why')
                .setStyle(ButtonStyle.Secondary)
            )
          )
      ]
    })
  )
  await act({ kind: 'component', custom_id: 'yes' }, (i) =>
    i.update({ components: [new TextDisplayBuilder().setContent('voted')] })
  )
  await act({ kind: 'command', name: 'price', options: { model: 'm' } }, (i) =>
    i.reply({
      content: 'x',
      components: [
        new ActionRowBuilder().addComponents(
          new ButtonBuilder().setCustomId('why').setLabel('Why').setStyle(ButtonStyle.Secondary)
        )
      ]
    })
  )
  const clicked = await act({ kind: 'component', custom_id: 'why' }, (i) =>
    i.showModal(
      new ModalBuilder()
        .setCustomId('form')
        .setTitle('Why')
        .addLabelComponents(
          new LabelBuilder()
            .setLabel('Reason')
            .setTextInputComponent(
              new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Paragraph)
            )
        )
    )
  )
  const sent = await act(
    { kind: 'modal', interaction_id: clicked.id, fields: { reason: 'because' } },
    async (i) => {
      assert.equal(i.fields.getTextInputValue('reason'), 'because')
      await i.deferUpdate()
      await i.editReply({ content: 'thanks' })
    }
  )
  assert.equal((await fake.get(`/messages/${sent.original.id}`)).content, 'thanks')
})

await check('discord.js: sends, edits, deletes a message; direct messages', async () => {
  const c = await client.channels.fetch(channel)
  const m = await c.send({
    content: 'hello',
    nonce: '1',
    enforceNonce: true,
    allowedMentions: { parse: [] }
  })
  const again = await c.send({ content: 'hello', nonce: '1', enforceNonce: true })
  assert.equal(again.id, m.id)
  await m.edit('hi')
  await m.delete()
  await (await client.users.fetch(user)).send('psst')
  const heard = once(client, Events.MessageCreate)
  await fake.post('/messages', { dm: true, user_id: user, content: 'what?' })
  assert.equal((await heard)[0].content, 'what?')
})

await check('discord.js: content is blank without the intent, not when mentioned', async () => {
  const seen = []
  const on = (m) => seen.push(m.content)
  client.on(Events.MessageCreate, on)
  await fake.post('/messages', { channel_id: channel, user_id: user, content: 'secret' })
  await fake.post('/messages', {
    channel_id: channel,
    user_id: user,
    content: `<@${client.user.id}> hi`
  })
  while (seen.length < 2) await once(client, Events.MessageCreate)
  client.off(Events.MessageCreate, on)
  assert.deepEqual(seen, ['', `<@${client.user.id}> hi`])
})

const resumed = async (mishap, spec) => {
  const before = (await fake.get('/counters')).resumes_ok
  const resume = once(client, Events.ShardResume)
  await fake.post(`/gateway/${mishap}`, spec)
  const heard = once(client, Events.MessageCreate)
  await fake.post('/messages', { channel_id: channel, user_id: user, content: 'meanwhile' })
  await resume
  await heard
  const counters = await fake.get('/counters')
  assert.equal(counters.resumes_ok, before + 1)
  assert.equal(counters.identifies, 1)
}
await check('discord.js: resumes after op 7, misses nothing', () => resumed('reconnect'))
await check('discord.js: resumes after a dropped connection', () => resumed('drop'))
await check('discord.js: resumes after close 4000', () => resumed('close', { code: 4000 }))
await check('discord.js: beats on request', async () => {
  const { heartbeats } = await fake.get('/counters')
  await fake.post('/gateway/request-heartbeat')
  await fake.wait({ counter: { name: 'heartbeats', at_least: heartbeats + 1 } })
})
// A short interval so that the library finds out soon.
await check('discord.js: notices a zombie and resumes', async () => {
  await fake.post('/config', { heartbeat_interval_ms: 300, heartbeat_slack_ms: 3000 })
  await resumed('reconnect')
  await resumed('mute-acks')
  await fake.post('/config', { heartbeat_interval_ms: 41250, heartbeat_slack_ms: 10000 })
})
await client.destroy()

const restOf = (options = {}) =>
  new REST({ api: fake.api.replace(/\/v10$/, ''), version: '10', ...options }).setToken(
    fake.token
  )

for (const [name, compression] of [
  ['zlib-stream', CompressionMethod.ZlibNative],
  ['plain', null]
]) {
  await check(`@discordjs/ws: ${name}, identify, a burst, resume`, async () => {
    await fake.post('/reset')
    const manager = new WebSocketManager({
      token: fake.token,
      intents: 513,
      compression,
      rest: restOf(),
      shardCount: 2
    })
    await fake.post('/config', { shards: 2, max_concurrency: 2 })
    const seen = new Set()
    let resumes = 0
    manager.on(WebSocketShardEvents.Dispatch, (p) => {
      if (p.t === 'MESSAGE_CREATE' && p.d.nonce) seen.add(p.d.nonce)
    })
    manager.on(WebSocketShardEvents.Resumed, () => resumes++)
    manager.on(WebSocketShardEvents.Error, (e) => console.log('ws error', e))
    await manager.connect()
    const guilds = world.guilds.map((g) => g.id)
    const burst = fake.post('/burst', {
      t: 'MESSAGE_CREATE',
      guild_ids: guilds,
      rate: 1000,
      count: 600,
      wait: true,
      d: {
        id: '$ID',
        content: 'x'.repeat(300),
        nonce: 'n$SERIAL',
        author: world.users[0],
        channel_id: channel,
        mentions: []
      }
    })
    await burst
    await fake.post('/gateway/drop')
    await fake.wait({ counter: { name: 'resumes_ok', at_least: 2 } })
    for (let i = 0; i < 100 && (seen.size < 600 || resumes < 2); i++)
      await once(manager, WebSocketShardEvents.Dispatch, 100).catch(() => {})
    assert.equal(seen.size, 600)
    const counters = await fake.get('/counters')
    assert.equal(counters.identifies, 2)
    assert.ok(counters.connections_by[name] >= 4)
    await manager.destroy()
  })
}

for (const compress of ['zstd-stream', 'zlib-stream']) {
  await check(`${compress}: one stream per connection, one message per flush`, async () => {
    const c = new BareClient(fake.gateway, { compress })
    c.on('broken', (e) => console.log(e))
    await c.ready(fake.token)
    await fake.post('/burst', {
      t: 'MESSAGE_CREATE',
      guild_id: guild.id,
      rate: 2000,
      count: 400,
      wait: true,
      d: {
        id: '$ID',
        content: 'y'.repeat(2000),
        nonce: 'z$SERIAL',
        author: world.users[0],
        channel_id: channel,
        mentions: []
      }
    })
    await c.until((f) => f.d?.nonce === 'z400')
    assert.equal(c.frames.filter((f) => f.t === 'MESSAGE_CREATE').length, 400)
    assert.deepEqual(
      c.frames.filter((f) => f.s).map((f) => f.s),
      c.frames.filter((f) => f.s).map((_, i) => i + 1)
    )
    c.end(1000)
    await c.closed()
  })
}

await check('@discordjs/rest: keeps to the buckets, moving ones too', async () => {
  const rest = restOf({ globalRequestsPerSecond: 50 })
  await fake.post('/limits', {
    route: 'POST /channels/{channel}/messages',
    limit: 3,
    reset_ms: 300,
    rotate_every: 4
  })
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      rest.post(`/channels/${channel}/messages`, { body: { content: `m${i}` } })
    )
  )
})

for (const scope of ['shared', 'user', 'global']) {
  await check(`@discordjs/rest: waits out a ${scope} 429`, async () => {
    const rest = restOf()
    await fake.post('/fault', { route: 'GET /channels/{channel}', kind: scope, ms: 300 })
    const started = Date.now()
    assert.equal((await rest.get(`/channels/${channel}`)).id, channel)
    assert.ok(Date.now() - started >= 290)
  })
}

await check('@discordjs/rest: survives 502, a dropped connection, a slow answer', async () => {
  const rest = restOf()
  for (const kind of ['status', 'drop-before', 'slow']) {
    await fake.post('/fault', { route: 'GET /channels/{channel}', kind, ms: 100 })
    assert.equal((await rest.get(`/channels/${channel}`)).id, channel)
  }
})

await check('discord-interactions: an endpoint made with it, every variant', async () => {
  const server = http.createServer((request, response) => {
    const parts = []
    request.on('data', (p) => parts.push(p))
    request.on('end', async () => {
      const [sig, time] = [
        request.headers['x-signature-ed25519'],
        request.headers['x-signature-timestamp']
      ]
      const body = Buffer.concat(parts)
      if (!sig || !time || !(await verifyKey(body, sig, time, fake.public_key)))
        return response.writeHead(401).end()
      const { type } = JSON.parse(body)
      if (type === 0) return response.writeHead(204).end()
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(
        JSON.stringify(type === 1 ? { type: 1 } : { type: 4, data: { content: 'by HTTP' } })
      )
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}/`
  const rows = await compare(fake.control, url)
  assert.deepEqual(
    rows.filter((r) => !r.agree),
    []
  )
  assert.ok(rows.filter((r) => !r.accepted).length >= 14)
  const it = await fake.post('/deliver', {
    url,
    interaction: { kind: 'command', name: 'price', options: { model: 'm' } }
  })
  const { interaction } = await fake.wait({ interaction: { id: it.id } })
  assert.equal(interaction.original.content, 'by HTTP')
  assert.equal(
    (await fake.post('/deliver', { url, interaction: { kind: 'ping' } })).body,
    '{"type":1}'
  )
  assert.equal((await fake.post('/deliver', { url, event: { type: 0 } })).status, 204)
  server.close()
})

await fake.stop()
checks.end()
process.exit()
