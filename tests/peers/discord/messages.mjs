// messages.mjs - messages: how they are made, changed, told and read.
import { invalidBody, refuse } from './answer.mjs'
import * as lim from './limits.mjs'
import { checkMessage } from './rules.mjs'
import { snowflake } from './snowflake.mjs'

const SENDABLE = lim.FLAG_SUPPRESS_EMBEDS | lim.FLAG_SUPPRESS_NOTIFICATIONS | lim.FLAG_V2
const EDITABLE = lim.FLAG_SUPPRESS_EMBEDS | lim.FLAG_V2

let nextId = 1

const cdn = (name) => `https://cdn.discordapp.com/attachments/1/1/${name}`

const media = (m) => {
  const url = m.url.replace(/^attachment:\/\/(.+)$/, (_, name) => cdn(name))
  return { id: snowflake(), url, proxy_url: url, width: null, height: null }
}

// What the server fills in, by type; every component gets a number.
const FILLED = {
  2: (c) => ({ ...c }),
  3: (c) => ({ min_values: 1, max_values: 1, ...c }),
  5: (c) => ({ min_values: 1, max_values: 1, ...c }),
  6: (c) => ({ min_values: 1, max_values: 1, ...c }),
  7: (c) => ({ min_values: 1, max_values: 1, ...c }),
  8: (c) => ({ min_values: 1, max_values: 1, ...c }),
  11: (c) => ({ spoiler: false, ...c, media: media(c.media) }),
  12: (c) => ({
    ...c,
    items: c.items.map((i) => ({ spoiler: false, ...i, media: media(i.media) }))
  }),
  13: (c) => ({
    spoiler: false,
    name: c.file.url.replace(/^attachment:../, ''),
    size: 0,
    ...c,
    file: media(c.file)
  }),
  14: (c) => ({ divider: true, spacing: 1, ...c }),
  17: (c) => ({ spoiler: false, accent_color: null, ...c })
}

const known = (o) =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== null && v !== undefined))

function completed(components) {
  return (components ?? []).map((c) => {
    const out = (FILLED[c.type] ?? ((x) => x))({ ...known(c), id: c.id || nextId++ })
    if (c.components) out.components = completed(c.components)
    if (c.accessory) [out.accessory] = completed([c.accessory])
    return out
  })
}

const attachmentsOf = (json, files, kept = []) => {
  const stay = json.attachments
    ? kept.filter((k) => json.attachments.some((a) => a.id === k.id))
    : kept
  return [
    ...stay,
    ...[...files].map(([n, f]) => {
      const told = json.attachments?.find((a) => a.id === n)
      const filename = told?.filename ?? f.name
      const url = cdn(filename)
      return {
        id: snowflake(),
        filename,
        size: f.size,
        content_type: f.type || undefined,
        url,
        proxy_url: url,
        ...(told?.description ? { description: told.description } : {})
      }
    })
  ]
}

const embedsOf = (embeds) => (embeds ?? []).map((e) => ({ type: 'rich', ...e }))

export function accessOf(state, channelId, write = true) {
  const rec = state.channels.get(channelId)
  if (!rec) refuse(404, 10003, 'Unknown Channel')
  const guild = rec.channel.guild_id && state.guilds.get(rec.channel.guild_id)
  if (rec.access === 'none' || guild?.revoked) refuse(403, 50001, 'Missing Access')
  if (rec.access === 'read' && write) refuse(403, 50013, 'Missing Permissions')
  return rec.channel
}

export function createMessage(
  state,
  { channelId, author, json = {}, files = new Map(), flags, type = 0, more = {} }
) {
  const channel = state.channels.get(channelId)?.channel
  const mentions = [...(json.content ?? '').matchAll(/<@!?(\d+)>/g)]
    .map((m) => state.users.get(m[1]))
    .filter(Boolean)
  const message = {
    type,
    content: json.content ?? '',
    mentions,
    mention_roles: [],
    attachments: attachmentsOf(json, files),
    embeds: embedsOf(json.embeds),
    timestamp: new Date().toISOString(),
    edited_timestamp: null,
    flags: flags ?? json.flags ?? 0,
    components: completed(json.components),
    id: snowflake(),
    channel_id: channelId,
    author,
    pinned: false,
    mention_everyone: false,
    tts: json.tts ?? false,
    ...more
  }
  if (json.nonce !== undefined && json.nonce !== null) message.nonce = json.nonce
  if (json.message_reference)
    message.message_reference = { channel_id: channelId, type: 0, ...json.message_reference }
  state.messages.set(message.id, {
    message,
    guildId: channel?.guild_id ?? null,
    edits: [
      {
        at: Date.now(),
        content: message.content,
        embeds: message.embeds,
        components: message.components,
        flags: message.flags
      }
    ],
    deletedAt: null
  })
  if (channel) channel.last_message_id = message.id
  state.touch()
  return message
}

export function editMessage(state, message, json, files = new Map()) {
  const rec = state.messages.get(message.id)
  if (json.content !== undefined) message.content = json.content ?? ''
  if (json.embeds !== undefined) message.embeds = embedsOf(json.embeds)
  if (json.components !== undefined) message.components = completed(json.components)
  message.attachments = attachmentsOf(json, files, message.attachments)
  if (json.flags) message.flags |= json.flags
  message.flags &= ~lim.FLAG_LOADING
  message.edited_timestamp = new Date().toISOString()
  rec.edits.push({
    at: Date.now(),
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    flags: message.flags
  })
  state.touch()
  return message
}

// Tells the gateway of a message, unless only one person can see it.
export function tell(fake, t, message) {
  if (message.flags & lim.FLAG_EPHEMERAL) return
  const rec = fake.state.messages.get(message.id)
  const member =
    rec.guildId && fake.state.guilds.get(rec.guildId)?.members.get(message.author.id)
  const d = rec.guildId ? { ...message, guild_id: rec.guildId } : { ...message }
  if (member) {
    const { user, ...rest } = member
    d.member = rest
  }
  fake.gateway.dispatch(t, d, { guildId: rec.guildId })
}

export function find(state, channelId, id, { hook = false } = {}) {
  const rec = state.messages.get(id)
  if (
    !rec ||
    rec.deletedAt ||
    rec.message.channel_id !== channelId ||
    (!hook && rec.message.flags & lim.FLAG_EPHEMERAL)
  )
    refuse(404, 10008, 'Unknown Message')
  return rec.message
}

function post(fake, { channel: id, json, files }) {
  const { state } = fake
  checkMessage({ schema: 'MessageCreateRequest', json, files, flags: SENDABLE })
  accessOf(state, id)
  const key = `${id}:${json.nonce}`
  if (json.enforce_nonce && (json.nonce ?? null) === null)
    invalidBody({
      enforce_nonce: {
        _errors: [{ code: 'NONCE_REQUIRED', message: 'enforce_nonce needs a nonce' }]
      }
    })
  const old = json.enforce_nonce && state.nonces.get(key)
  if (old && Date.now() - old.at < state.config.nonce_window_ms) return old.message
  if (json.message_reference && (json.message_reference.fail_if_not_exists ?? true)) {
    const target = state.messages.get(json.message_reference.message_id)
    if (!target || target.deletedAt)
      invalidBody({
        message_reference: {
          _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }]
        }
      })
  }
  const message = createMessage(state, {
    channelId: id,
    author: state.bot,
    json,
    files,
    type: json.message_reference ? 19 : 0
  })
  if ((json.nonce ?? null) !== null) state.nonces.set(key, { at: Date.now(), message })
  tell(fake, 'MESSAGE_CREATE', message)
  return message
}

function own(state, channel, id) {
  const message = find(state, channel, id)
  if (message.author.id !== state.bot.id)
    refuse(403, 50005, 'Cannot edit a message authored by another user')
  return message
}

function patch(fake, { channel, message: id, json, files }) {
  const { state } = fake
  accessOf(state, channel)
  const message = own(state, channel, id)
  checkMessage({
    schema: 'MessageEditRequestPartial',
    json,
    files,
    before: message,
    flags: EDITABLE
  })
  editMessage(state, message, json, files)
  tell(fake, 'MESSAGE_UPDATE', message)
  return message
}

export function removeMessage(fake, message) {
  const rec = fake.state.messages.get(message.id)
  rec.deletedAt = Date.now()
  if (!(message.flags & lim.FLAG_EPHEMERAL)) {
    fake.gateway.dispatch(
      'MESSAGE_DELETE',
      {
        id: message.id,
        channel_id: message.channel_id,
        ...(rec.guildId ? { guild_id: rec.guildId } : {})
      },
      { guildId: rec.guildId }
    )
  }
  return null
}

function list(fake, { channel, query }) {
  const { state } = fake
  accessOf(state, channel, false)
  const limit = Number(query.get('limit') ?? 50)
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 100))
    invalidBody({
      limit: { _errors: [{ code: 'NUMBER_TYPE_MAX', message: 'limit must be in 1..100' }] }
    })
  const after = BigInt(query.get('after') ?? 0)
  const before = BigInt(query.get('before') ?? 2n ** 63n)
  return [...state.messages.values()]
    .filter(
      (r) =>
        !r.deletedAt &&
        r.message.channel_id === channel &&
        !(r.message.flags & lim.FLAG_EPHEMERAL) &&
        BigInt(r.message.id) > after &&
        BigInt(r.message.id) < before
    )
    .map((r) => r.message)
    .reverse()
    .slice(0, limit)
}

export const messageRoutes = {
  'POST /channels/{channel}/messages': { body: 'files', run: post },
  'GET /channels/{channel}/messages': {
    query: ['limit', 'after', 'before', 'around'],
    run: list
  },
  'GET /channels/{channel}/messages/{message}': {
    run: ({ state }, { channel, message }) => {
      accessOf(state, channel, false)
      return find(state, channel, message)
    }
  },
  'PATCH /channels/{channel}/messages/{message}': { body: 'files', run: patch },
  'DELETE /channels/{channel}/messages/{message}': {
    run(fake, { channel, message }) {
      accessOf(fake.state, channel)
      return removeMessage(fake, own(fake.state, channel, message))
    }
  }
}
