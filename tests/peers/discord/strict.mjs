// strict.mjs - the fake must refuse: each bad body, header and gateway action
// with the code that Discord gives. And what it answers must itself fit the
// published response schemas.
import assert from 'node:assert/strict'
import { BareClient, properties } from './client.mjs'
import { call, Checks, spawnFake } from './kit.mjs'
import { schemaErrors } from './schema.mjs'
import {
  text,
  button,
  row,
  v2,
  BODIES,
  GOOD,
  option,
  command,
  COMMAND_BODIES
} from './strict-bodies.mjs'

const checks = new Checks('strict')
const fake = await spawnFake()
await fake.post('/config', { identify_window_ms: 0, global_per_s: 1e9, max_concurrency: 16 })
await fake.post('/limits', { route: '*', limit: 1e9, reset_ms: 1000 })
const world = await fake.get('/state')
for (const route of [
  'POST /channels/{channel}/messages',
  'PATCH /channels/{channel}/messages/{message}',
  'POST /webhooks/{application}/{token}',
  'PATCH /webhooks/{application}/{token}/messages/{message}',
  'PUT /applications/{application}/commands',
  'DELETE /channels/{channel}/messages/{message}'
]) {
  await fake.post('/limits', { route, limit: 1e9 })
}
const [guild] = world.guilds
const channel = guild.channels[0].id
const MESSAGES = `/channels/${channel}/messages`
const COMMANDS = `/applications/${world.application_id}/commands`

const at = (tree, path) => path.split('.').reduce((n, k) => n?.[k], tree)

async function refused(promise, want, status = 400) {
  const r = await promise
  assert.equal(r.status, status, r.text)
  if (typeof want === 'number') return assert.equal(r.json.code, want, r.text)
  assert.equal(r.json.code, 50035, r.text)
  assert.ok(at(r.json.errors, want)?._errors?.length, `${want} in ${r.text}`)
}

// Each refusal must also have been noted as a violation.
async function noted(kind) {
  const list = await fake.delete('/violations')
  assert.ok(
    list.some((v) => v.kind === kind),
    `${kind} in ${JSON.stringify(list)}`
  )
}

for (const [title, json, want] of BODIES) {
  await checks.check(`message: ${title}`, async () => {
    await refused(call(fake, 'POST', MESSAGES, { json }), want)
    await noted('http-400')
  })
}
for (const [title, json] of GOOD) {
  await checks.check(`message is right: ${title}`, async () => {
    const r = await call(fake, 'POST', MESSAGES, { json })
    assert.equal(r.status, 200, r.text)
    assert.deepEqual(schemaErrors('MessageResponse', r.json), null)
    await fake.clean()
  })
}

for (const [title, json, want] of COMMAND_BODIES) {
  await checks.check(`command: ${title}`, async () => {
    const r = call(fake, 'PUT', COMMANDS, { json })
    if (want !== '_') return refused(r, want)
    assert.equal((await r).json.code, 50035)
    assert.ok((await r).json.errors._errors)
  })
}
await checks.check('command: what a person can send fits what is registered', async () => {
  const json = [
    command({
      default_member_permissions: '0',
      options: [
        option({ name: 'a', required: true, max_length: 3 }),
        option({ name: 'n', type: 4, max_value: 9 }),
        option({ name: 'who', type: 6 }),
        option({ name: 'c', choices: [{ name: 'x', value: 'y' }] })
      ]
    }),
    command({
      name: 'sub',
      options: [
        {
          type: 2,
          name: 'g',
          description: 'd',
          options: [{ type: 1, name: 's', description: 'd', options: [option()] }]
        }
      ]
    })
  ]
  const r = await call(fake, 'PUT', COMMANDS, { json })
  assert.equal(r.status, 200, r.text)
  for (const c of r.json) assert.equal(schemaErrors('ApplicationCommandResponse', c), null)
  const use = (spec) =>
    fake.post('/interactions', { kind: 'command', name: 'price', guild_id: guild.id, ...spec })
  for (const options of [
    {},
    { a: 'long' },
    { a: 'x', n: 10 },
    { a: 'x', n: 'y' },
    { a: 'x', z: 1 },
    { a: 'x', c: 'x' }
  ])
    await assert.rejects(use({ options }), JSON.stringify(options))
  await assert.rejects(use({ name: 'none' }))
  await assert.rejects(use({ name: 'sub', path: ['g'] }))
  await use({ name: 'sub', path: ['g', 's'], options: { o: 'x' } })
  await use({ options: { a: 'x', n: 9, who: world.users[0].id, c: 'y' } })
})
await checks.check('command: 200 creations a day', async () => {
  const batch = (n) => Array.from({ length: 90 }, (_, i) => command({ name: `b${n}-${i}` }))
  assert.equal((await call(fake, 'PUT', COMMANDS, { json: batch(1) })).status, 200)
  assert.equal((await call(fake, 'PUT', COMMANDS, { json: batch(1) })).status, 200)
  assert.equal((await call(fake, 'PUT', COMMANDS, { json: batch(2) })).status, 200)
  await refused(call(fake, 'PUT', COMMANDS, { json: batch(3) }), 30034)
})

const REQUESTS = [
  ['no Authorization', 'GET', '/users/@me', { auth: false }, 401, 0],
  ['a wrong token', 'GET', '/users/@me', { auth: 'Bot x' }, 401, 0],
  ['a token without Bot', 'GET', '/users/@me', { auth: fake.token }, 401, 0],
  ['an unknown route', 'GET', '/nothing', {}, 404, 0],
  ['a wrong method', 'PUT', MESSAGES, { json: {} }, 405, 0],
  [
    'an unknown channel',
    'POST',
    '/channels/100000000000000000/messages',
    { json: { content: 'x' } },
    404,
    10003
  ],
  [
    'an unknown message',
    'PATCH',
    `${MESSAGES}/100000000000000000`,
    { json: { content: 'x' } },
    404,
    10008
  ],
  ['an unknown guild', 'GET', '/guilds/100000000000000000', {}, 404, 10004],
  [
    'an unknown member',
    'GET',
    `/guilds/${guild.id}/members/100000000000000000`,
    {},
    404,
    10007
  ],
  [
    'a body that is not JSON',
    'POST',
    MESSAGES,
    { body: '{', headers: { 'Content-Type': 'application/json' } },
    400,
    50109
  ],
  [
    'a body of another type',
    'POST',
    MESSAGES,
    { body: 'content=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    400,
    50035
  ],
  ['an unknown query parameter', 'GET', `${MESSAGES}?colour=1`, {}, 400, 50035],
  [
    'an unknown interaction',
    'POST',
    '/interactions/100000000000000000/abc/callback',
    { json: { type: 5 }, auth: false },
    404,
    10062
  ],
  [
    'an unknown webhook token',
    'PATCH',
    `/webhooks/${world.application_id}/abc/messages/@original`,
    { json: { content: 'x' }, auth: false },
    404,
    10015
  ],
  [
    'commands of another application',
    'GET',
    '/applications/100000000000000000/commands',
    {},
    403,
    20012
  ]
]
for (const [title, method, path, options, status, code] of REQUESTS) {
  await checks.check(`request: ${title}`, async () => {
    const r = await call(fake, method, path, options)
    assert.deepEqual([r.status, r.json?.code], [status, code], r.text)
    await noted(`http-${status}`)
  })
}
for (const agent of [
  null,
  'curl/8',
  'DiscordBot',
  'DiscordBot (https://a.b)',
  'stoa DiscordBot (https://a.b, 1)'
]) {
  await checks.check(`request: User-Agent ${agent}`, async () => {
    const r = await call(fake, 'GET', '/users/@me', { agent })
    assert.equal(r.status, 403)
    assert.match(r.text, /<html>/)
  })
}

const form = (parts) => {
  const f = new FormData()
  for (const [name, value, file] of parts)
    file ? f.append(name, value, file) : f.append(name, value)
  return f
}
await checks.check('upload: files[0] with payload_json', async () => {
  const body = form([
    [
      'payload_json',
      JSON.stringify({
        embeds: [{ image: { url: 'attachment://a.png' } }],
        attachments: [{ id: 0, filename: 'a.png', description: 'd' }]
      })
    ],
    ['files[0]', new Blob(['x']), 'b.png']
  ])
  const r = await call(fake, 'POST', MESSAGES, { body })
  assert.equal(r.status, 200, r.text)
  assert.equal(r.json.attachments[0].filename, 'a.png')
})
await checks.check('upload: an unknown part', async () => {
  const r = await call(fake, 'POST', MESSAGES, {
    body: form([['file', new Blob(['x']), 'b.png']])
  })
  assert.deepEqual([r.status, r.json.code], [400, 50035])
})
await checks.check('upload: more than 10 MiB', async () => {
  const r = await call(fake, 'POST', MESSAGES, {
    body: form([['files[0]', new Blob([Buffer.alloc(10 * 1024 * 1024 + 1)]), 'b.bin']])
  })
  assert.deepEqual([r.status, r.json.code], [400, 40005])
})

await checks.check('channels: no access, no permission, a revoked guild', async () => {
  await fake.patch(`/channels/${guild.channels[2].id}`, { access: 'none' })
  await refused(
    call(fake, 'POST', `/channels/${guild.channels[2].id}/messages`, {
      json: { content: 'x' }
    }),
    50001,
    403
  )
  await fake.patch(`/channels/${guild.channels[2].id}`, { access: 'read' })
  await refused(
    call(fake, 'POST', `/channels/${guild.channels[2].id}/messages`, {
      json: { content: 'x' }
    }),
    50013,
    403
  )
  await fake.delete(`/guilds/${world.guilds[2].id}`)
  await refused(call(fake, 'GET', `/guilds/${world.guilds[2].id}`), 10004, 404)
  await refused(
    call(fake, 'POST', `/channels/${world.guilds[2].channels[0].id}/messages`, {
      json: { content: 'x' }
    }),
    50001,
    403
  )
})

const asked = (spec = {}) =>
  fake.post('/interactions', {
    kind: 'command',
    name: 'price',
    guild_id: guild.id,
    force: true,
    ...spec
  })
const answer = (it, json, more = {}) =>
  call(fake, 'POST', `/interactions/${it.id}/${it.token}/callback`, {
    json,
    auth: false,
    ...more
  })
const reply = (it, json, more = {}) =>
  call(fake, 'PATCH', `/webhooks/${world.application_id}/${it.token}/messages/@original`, {
    json,
    auth: false,
    ...more
  })
const input = (more = {}) => ({
  type: 18,
  label: 'l',
  component: { type: 4, custom_id: 'a', style: 1, ...more }
})
const modal = (...components) => ({ type: 9, data: { custom_id: 'm', title: 't', components } })

const CALLBACKS = [
  ['type 6 to a command', {}, { type: 6 }, 'type'],
  ['type 8 to a command', {}, { type: 8, data: { choices: [] } }, 'type'],
  ['type 1 to a command', {}, { type: 1 }, 'type'],
  [
    'type 4 to autocomplete',
    { kind: 'autocomplete', options: { o: 'x' }, focused: 'o' },
    { type: 4, data: { content: 'x' } },
    'type'
  ],
  ['an unknown type', {}, { type: 3 }, 'type'],
  ['no data', {}, { type: 4, data: {} }, 50006],
  ['content in a defer', {}, { type: 5, data: { content: 'x' } }, 'data.content'],
  ['v2 flag on a defer', {}, { type: 5, data: { flags: 1 << 15 } }, 'data.flags'],
  ['2001 characters', {}, { type: 4, data: { content: 'x'.repeat(2001) } }, 'data.content'],
  [
    '26 choices',
    { kind: 'autocomplete', options: { o: 'x' }, focused: 'o' },
    { type: 8, data: { choices: Array(26).fill({ name: 'a', value: 'a' }) } },
    'data.choices'
  ],
  [
    'a number for a text option',
    { kind: 'autocomplete', options: { o: 'x' }, focused: 'o' },
    { type: 8, data: { choices: [{ name: 'a', value: 1 }] } },
    'data.choices.0.value'
  ],
  [
    'a modal title of 46',
    {},
    { type: 9, data: { ...modal(input()).data, title: 'x'.repeat(46) } },
    'data.title'
  ],
  [
    'a modal with six parts',
    {},
    modal(...Array.from({ length: 6 }, (_, i) => input({ custom_id: `${i}` }))),
    'data.components'
  ],
  [
    'a modal with one custom_id twice',
    {},
    modal(input(), input()),
    'data.components.1.component.custom_id'
  ],
  ['a button in a modal', {}, modal(row(button())), 'data.components.0.components.0.type'],
  [
    'a text input with a label in a label',
    {},
    modal(input({ label: 'x' })),
    'data.components.0.component.label'
  ],
  [
    'a label of 46',
    {},
    modal({ ...input(), label: 'x'.repeat(46) }),
    'data.components.0.label'
  ],
  [
    'one radio option',
    {},
    modal({
      type: 18,
      label: 'l',
      component: { type: 21, custom_id: 'r', options: [{ label: 'a', value: 'a' }] }
    }),
    'data.components.0.component.options'
  ]
]
for (const [title, spec, json, want] of CALLBACKS) {
  await checks.check(`interaction: ${title}`, async () => {
    await refused(answer(await asked(spec), json), want)
  })
}
await checks.check('interaction: a modal after a modal', async () => {
  const it = await asked()
  assert.equal((await answer(it, modal(input()))).status, 204)
  const sent = await fake.post('/interactions', {
    kind: 'modal',
    interaction_id: it.id,
    fields: { a: 'x' }
  })
  await refused(answer(sent, modal(input())), 'type')
  await refused(answer(sent, { type: 7, data: { content: 'x' } }), 'type')
})
await checks.check('interaction: twice, late, with Authorization', async () => {
  const it = await asked()
  assert.equal((await answer(it, { type: 5 })).status, 204)
  await refused(answer(it, { type: 5 }), 40060)
  await refused(answer(await asked(), { type: 5 }, { auth: true }), 0, 401)
  await fake.post('/config', { callback_deadline_ms: -1 })
  await refused(answer(await asked(), { type: 5 }), 10062, 404)
  await fake.post('/config', { callback_deadline_ms: 3000 })
})
await checks.check(
  'interaction: @original before, after a modal, after the token',
  async () => {
    const it = await asked()
    await refused(reply(it, { content: 'x' }), 10015, 404)
    await answer(it, { type: 4, data: { content: 'x', flags: 64 } })
    await refused(
      call(
        fake,
        'GET',
        `${MESSAGES}/${(await fake.get(`/interactions/${it.id}`)).original.id}`
      ),
      10008,
      404
    )
    await fake.post('/config', { token_ttl_ms: -1 })
    await refused(reply(it, { content: 'y' }), 50027, 401)
    await fake.post('/config', { token_ttl_ms: 900000 })
    const other = await asked()
    await answer(other, modal(input()))
    await refused(reply(other, { content: 'y' }), 10008, 404)
  }
)
await checks.check('interaction: a dead webhook is not tried again', async () => {
  const it = { token: 'gone' }
  await refused(reply(it, { content: 'x' }), 10015, 404)
  await fake.delete('/violations')
  await refused(reply(it, { content: 'x' }), 10015, 404)
  await noted('webhook-again')
})
await checks.check('interaction: components v2 stick', async () => {
  const it = await asked()
  const r = await answer(it, { type: 4, data: v2(text('x')) })
  assert.equal(r.status, 204)
  await refused(reply(it, { content: 'x' }), 'content')
  assert.equal((await reply(it, { components: [text('y')] })).status, 200)
  const old = await asked()
  await answer(old, { type: 4, data: { content: 'x' } })
  await refused(reply(old, v2(text('x'))), 'content')
  assert.equal((await reply(old, { ...v2(text('x')), content: null })).status, 200)
})
await checks.check('interaction: with_response fits the schema', async () => {
  const it = await asked()
  const r = await call(
    fake,
    'POST',
    `/interactions/${it.id}/${it.token}/callback?with_response=true`,
    { json: { type: 4, data: { content: 'x' } }, auth: false }
  )
  assert.deepEqual(schemaErrors('InteractionCallbackResponse', r.json), null)
})
await checks.check('a message of another', async () => {
  const m = await fake.post('/messages', { channel_id: channel, content: 'mine' })
  await refused(
    call(fake, 'PATCH', `${MESSAGES}/${m.id}`, { json: { content: 'x' } }),
    50005,
    403
  )
})
await checks.check('answers fit their schemas', async () => {
  for (const [path, schema] of [
    ['/users/@me', 'UserPIIResponse'],
    ['/gateway/bot', 'GatewayBotResponse'],
    [`/guilds/${guild.id}/members/${world.bot.id}`, 'GuildMemberResponse'],
    [`/channels/${channel}`, 'GuildChannelResponse'],
    ['/applications/@me', 'PrivateApplicationResponse']
  ]) {
    const wrong = schemaErrors(schema, (await call(fake, 'GET', path)).json)
    assert.deepEqual(wrong, null, path)
  }
})
await fake.delete('/violations')

// What is sent after Hello, and the close it must meet.
const good = { token: fake.token, intents: 1, properties }
const GATEWAY = [
  ['a frame that is not JSON', '{', 4002],
  ['a list', '[]', 4002],
  ['a frame of 4097 bytes', `{"op":1,"d":null}${' '.repeat(4080)}`, 4002],
  ['an unknown opcode', { op: 99, d: null }, 4001],
  ['a server opcode', { op: 10, d: null }, 4001],
  ['an opcode as a text', { op: '1', d: null }, 4001],
  [
    'presence before identify',
    { op: 3, d: { status: 'online', activities: [], afk: false, since: null } },
    4003
  ],
  ['a wrong token', { op: 2, d: { ...good, token: 'x' } }, 4004],
  ['a token with Bot before it', { op: 2, d: { ...good, token: `Bot ${fake.token}` } }, 4004],
  ['no token', { op: 2, d: { ...good, token: undefined } }, 4002],
  ['no properties', { op: 2, d: { ...good, properties: undefined } }, 4002],
  [
    '$os',
    { op: 2, d: { ...good, properties: { $os: 'a', $browser: 'a', $device: 'a' } } },
    4002
  ],
  ['an unknown field', { op: 2, d: { ...good, guild_subscriptions: true } }, 4002],
  ['large_threshold 251', { op: 2, d: { ...good, large_threshold: 251 } }, 4002],
  ['shard [2, 2]', { op: 2, d: { ...good, shard: [2, 2] } }, 4010],
  ['shard [0]', { op: 2, d: { ...good, shard: [0] } }, 4010],
  ['no intents', { op: 2, d: { ...good, intents: undefined } }, 4013],
  ['unknown intents', { op: 2, d: { ...good, intents: 1 << 19 } }, 4013],
  ['a privileged intent', { op: 2, d: { ...good, intents: 1 << 15 } }, 4014],
  ['resume with a wrong token', { op: 6, d: { token: 'x', session_id: 'x', seq: 1 } }, 4004],
  ['resume without seq', { op: 6, d: { token: fake.token, session_id: 'x' } }, 4002],
  ['a bad heartbeat', { op: 1, d: 'x' }, 4002]
]
for (const [title, frame, want] of GATEWAY) {
  await checks.check(`gateway: ${title}`, async () => {
    const c = new BareClient(fake.gateway)
    await c.hello()
    c.send(frame)
    assert.equal(await c.closed(), want)
    assert.ok((await fake.delete('/violations')).length)
  })
}
for (const [query, want] of [
  ['v=9&encoding=json', 4012],
  ['encoding=json', 4012],
  ['v=10&encoding=etf', 4002],
  ['v=10&encoding=json&compress=gzip', 4002]
]) {
  await checks.check(`gateway: ?${query}`, async () =>
    assert.equal(await new BareClient(fake.gateway, { query }).closed(), want)
  )
}
const ready = async (more) => {
  const c = new BareClient(fake.gateway)
  const r = await c.ready(fake.token, more)
  return { c, r }
}
await checks.check('gateway: identify twice', async () => {
  const { c } = await ready()
  c.send({ op: 2, d: good })
  assert.equal(await c.closed(), 4005)
})
await checks.check('gateway: 121 sends', async () => {
  const { c } = await ready()
  for (let i = 0; i < 120; i++) c.send({ op: 1, d: null })
  assert.equal(await c.closed(), 4008)
})
const resume = async (url, session, seq) => {
  const c = new BareClient(url)
  await c.hello()
  c.send({ op: 6, d: { token: fake.token, session_id: session, seq } })
  return c
}
await checks.check('gateway: resume ahead of the server', async () => {
  const { c, r } = await ready()
  c.ws.terminate()
  const d = await resume(r.resume_gateway_url, r.session_id, 1000)
  assert.equal(await d.closed(), 4007)
  const e = await resume(r.resume_gateway_url, r.session_id, 1)
  assert.equal((await e.until((f) => f.op === 9)).d, false)
})
await checks.check('gateway: close 1000 ends the session, 4000 does not', async () => {
  for (const [code, op] of [
    [1000, 9],
    [1001, 9],
    [4000, 0]
  ]) {
    const { c, r } = await ready()
    c.end(code)
    await c.closed()
    const d = await resume(r.resume_gateway_url, r.session_id, c.seq)
    assert.equal((await d.until((f) => f.op === 9 || f.t === 'RESUMED')).op, op)
    d.end()
  }
})
await checks.check('gateway: a resume ends the old connection and replays', async () => {
  const { c, r } = await ready()
  const d = await resume(r.resume_gateway_url, r.session_id, 1)
  assert.equal(await c.closed(), 4000)
  await d.until((f) => f.t === 'RESUMED')
  assert.deepEqual(
    d.frames.filter((f) => f.s).map((f) => f.s),
    [2, 3, 4]
  )
  d.end()
})
await checks.check('gateway: two identifies in a bucket', async () => {
  await fake.post('/reset')
  await fake.post('/config', { identify_window_ms: 5000, max_concurrency: 2 })
  const { c } = await ready({ shard: [0, 4] })
  const other = await ready({ shard: [1, 4] })
  const d = new BareClient(fake.gateway)
  await d.identify(fake.token, { shard: [2, 4] })
  assert.equal((await d.until((f) => f.op === 9)).d, false)
  await noted('identify-rate')
  for (const one of [c, other.c, d]) one.end()
  await fake.post('/config', { identify_window_ms: 0 })
})
await checks.check('gateway: events of a shard go there, without intent nowhere', async () => {
  const shards = [
    await ready({ shard: [0, 2], intents: 513 }),
    await ready({ shard: [1, 2], intents: 1 })
  ]
  for (const g of world.guilds.slice(0, 2))
    await fake.post('/messages', { guild_id: g.id, content: 'x' })
  await fake.post('/dispatch', { t: 'MARK', d: {}, shard: 0 })
  await fake.post('/dispatch', { t: 'MARK', d: {}, shard: 1 })
  for (const { c } of shards) await c.until((f) => f.t === 'MARK')
  const heard = shards.map(({ c }) =>
    c.frames.filter((f) => f.t === 'MESSAGE_CREATE').map((f) => f.d.guild_id)
  )
  const mine = world.guilds
    .slice(0, 2)
    .map((g) => g.id)
    .filter((id) => (BigInt(id) >> 22n) % 2n === 0n)
  assert.deepEqual(heard, [mine, []])
  for (const { c } of shards) c.end()
})
await checks.check('gateway: duplicate, drop, reorder', async () => {
  const { c } = await ready()
  const start = c.frames.at(-1).s ?? 0
  await fake.post('/gateway/fault', { fault: 'duplicate', t: 'A' })
  await fake.post('/gateway/fault', { fault: 'drop', t: 'B' })
  await fake.post('/gateway/fault', { fault: 'reorder', t: 'C' })
  for (const t of ['A', 'B', 'C', 'D']) await fake.post('/dispatch', { t, d: {}, shard: 0 })
  await c.until((f) => f.t === 'C')
  assert.deepEqual(
    c.frames.filter((f) => /^[ABCD]$/.test(f.t ?? '')).map((f) => f.t),
    ['A', 'A', 'D', 'C']
  )
  assert.ok(start >= 1)
  c.end()
})
await checks.check('gateway: a frozen connection is silent, its session resumes', async () => {
  const { c, r } = await ready()
  await fake.post('/gateway/freeze')
  await fake.post('/dispatch', { t: 'LOST', d: {}, shard: 0 })
  c.send({ op: 1, d: null })
  const d = await resume(r.resume_gateway_url, r.session_id, c.seq)
  await d.until((f) => f.t === 'RESUMED')
  assert.ok(d.frames.some((f) => f.t === 'LOST'))
  assert.ok(!c.frames.some((f) => f.t === 'LOST' || f.op === 11))
  c.ws.terminate()
  d.end()
})
await checks.check('gateway: too many guilds for a shard', async () => {
  await fake.post('/config', { shard_guilds_max: 1 })
  const c = new BareClient(fake.gateway)
  await c.identify(fake.token)
  assert.equal(await c.closed(), 4011)
  await fake.post('/config', { shard_guilds_max: 2500 })
})
await checks.check(
  'gateway: op 7 before Hello, op 9 next, an unanswered interaction',
  async () => {
    await fake.post('/gateway/reconnect-before-hello')
    const c = new BareClient(fake.gateway)
    await c.until((f) => f.op === 7)
    assert.equal(c.frames.length, 1)
    c.ws.terminate()
    for (const resumable of [true, false]) {
      await fake.post('/gateway/invalid-session-next', { resumable })
      const d = new BareClient(fake.gateway)
      await d.identify(fake.token)
      assert.equal((await d.until((f) => f.op === 9)).d, resumable)
      d.end()
    }
    await fake.delete('/violations')
    await fake.post('/config', { callback_deadline_ms: 20 })
    const { c: e } = await ready({ shard: [0, 1] })
    await asked()
    await fake.wait({ violations: { kind: 'unanswered' } })
    await fake.post('/config', { callback_deadline_ms: 3000 })
    e.end()
  }
)
await checks.check('gateway: late heartbeats', async () => {
  await fake.post('/config', { heartbeat_interval_ms: 50, heartbeat_slack_ms: 50 })
  const c = new BareClient(fake.gateway)
  assert.equal(await c.closed(), 4000)
  await noted('heartbeat-late')
  await fake.post('/config', { heartbeat_interval_ms: 41250, heartbeat_slack_ms: 10000 })
})
await checks.check('gateway: broken streams and a guild of 20 MB', async () => {
  for (const [mishap, compress] of [
    ['garbage', 'zlib-stream'],
    ['garbage', 'zstd-stream'],
    ['big-guild', 'zstd-stream']
  ]) {
    const c = new BareClient(fake.gateway, { compress })
    await c.ready(fake.token)
    const end =
      mishap === 'garbage'
        ? new Promise((resolve) => c.once('broken', resolve))
        : c.until((f) => f.d?.large)
    await fake.post(`/gateway/${mishap}`)
    await end
    c.ws.terminate()
  }
})
await checks.check('rate limit: headers, 429, early retry', async () => {
  await fake.post('/limits', { route: 'GET /channels/{channel}', limit: 1, reset_ms: 700 })
  const first = await call(fake, 'GET', `/channels/${channel}`)
  assert.equal(first.headers.get('x-ratelimit-remaining'), '0')
  const second = await call(fake, 'GET', `/channels/${channel}`)
  assert.equal(second.status, 429)
  assert.equal(second.headers.get('x-ratelimit-scope'), 'user')
  assert.ok(second.json.retry_after > 0 && second.json.retry_after <= 0.7)
  assert.equal((await call(fake, 'GET', `/channels/${guild.channels[1].id}`)).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 150))
  await call(fake, 'GET', `/channels/${channel}`)
  await noted('retry-early')
})
await checks.check('rate limit: global', async () => {
  await fake.post('/config', { global_per_s: 3 })
  const all = await Promise.all(
    Array.from({ length: 8 }, () => call(fake, 'GET', '/users/@me'))
  )
  assert.ok(
    all.some(
      (r) => r.status === 429 && r.json.global && r.headers.get('x-ratelimit-global') === 'true'
    )
  )
  const it = await asked()
  assert.equal((await answer(it, { type: 5 })).status, 204)
  await fake.post('/config', { global_per_s: 1e9 })
})
await checks.check('rate limit: the budget of invalid requests', async () => {
  await fake.post('/reset')
  await fake.post('/config', { invalid_max: 5 })
  for (let i = 0; i < 7; i++) await call(fake, 'GET', '/users/@me', { auth: 'Bot x' })
  const r = await call(fake, 'GET', '/users/@me')
  assert.equal(r.status, 403)
  assert.match(r.text, /<html>/)
  assert.ok((await fake.get('/violations')).some((v) => v.kind === 'BANNED' && v.fatal))
  await fake.post('/reset')
})
await checks.check('gateway: beyond the session start limit the token is gone', async () => {
  await fake.post('/config', { session_start_remaining: 1 })
  const { c } = await ready()
  const d = new BareClient(fake.gateway)
  await d.identify(fake.token)
  assert.deepEqual([await d.closed(), await c.closed()], [4004, 4004])
  assert.ok((await fake.get('/violations')).some((v) => v.kind === 'TOKEN RESET' && v.fatal))
  assert.equal((await call(fake, 'GET', '/users/@me')).status, 401)
})

await fake.stop()
checks.end()
process.exit()
