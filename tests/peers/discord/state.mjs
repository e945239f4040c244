// state.mjs - the world that the fake pretends to hold: one application, its
// guilds, channels, people, messages and interactions, and the record of what
// the client did. Everything that changes it calls touch(), which wakes the
// waiters of the control API.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { config, routeLimits } from './limits.mjs'
import { fixed, snowflake } from './snowflake.mjs'

export const PERMISSIONS_ALL = '2251799813685247'

const user = (id, username, extra = {}) => ({
  id,
  username,
  discriminator: '0',
  global_name: username,
  avatar: null,
  bot: false,
  system: false,
  public_flags: 0,
  flags: 0,
  banner: null,
  accent_color: null,
  avatar_decoration_data: null,
  collectibles: null,
  primary_guild: null,
  ...extra
})

const role = (id, name, position, permissions) => ({
  id,
  name,
  description: null,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  position,
  permissions,
  managed: false,
  mentionable: false,
  flags: 0
})

export class State {
  constructor({ token } = {}) {
    this.config = config()
    this.limits = routeLimits()
    this.appId = fixed('2021-03-01T10:00:00Z', 1)
    this.bot = user(this.appId, 'stoa', { bot: true, global_name: null })
    this.token =
      token ??
      [Buffer.from(this.appId).toString('base64url'), 'Yfake0', 'k'.repeat(38)].join('.')
    this.tokenValid = true
    this.keys = generateKeyPairSync('ed25519')
    this.publicKey = this.keys.publicKey
      .export({ format: 'der', type: 'spki' })
      .subarray(-32)
      .toString('hex')
    this.guilds = new Map()
    this.channels = new Map()
    this.users = new Map([[this.bot.id, this.bot]])
    this.messages = new Map()
    this.nonces = new Map()
    this.files = new Map()
    this.interactions = new Map()
    this.tokens = new Map()
    this.commands = new Map([['global', new Map()]])
    this.created = new Map()
    this.faults = []
    this.violations = []
    this.requests = []
    this.requestsTotal = 0
    this.waiters = new Set()
    this.startedAt = Date.now()
    this.populate()
  }

  populate() {
    for (const [i, name] of ['ada', 'grace', 'edsger', 'barbara'].entries()) {
      const id = fixed('2017-05-04T12:00:00Z', 10 + i)
      this.users.set(id, user(id, name))
    }
    for (const [i, name] of ['Agora', 'Lyceum', 'Academy'].entries()) {
      this.addGuild({ id: fixed(`2019-0${i + 2}-11T08:30:00.${i}17Z`, i), name })
    }
  }

  people() {
    return [...this.users.values()].filter((u) => !u.bot)
  }

  addUser(spec = {}) {
    const id = spec.id ?? snowflake()
    const one = user(id, spec.username ?? `user${id.slice(-6)}`, spec)
    one.id = id
    this.users.set(id, one)
    return one
  }

  addGuild({ id = snowflake(), name = 'Guild', channels, members = [] } = {}) {
    const at = (n) => (BigInt(id) + BigInt(n)).toString()
    const owner = this.people()[0].id
    const guild = {
      id,
      name,
      owner_id: owner,
      icon: null,
      splash: null,
      banner: null,
      discovery_splash: null,
      description: null,
      home_header: null,
      afk_channel_id: null,
      afk_timeout: 300,
      verification_level: 1,
      default_message_notifications: 1,
      explicit_content_filter: 0,
      roles: [
        role(id, '@everyone', 0, '2248473465835073'),
        role(at(1), 'stoa', 2, '0'),
        role(at(2), 'keepers', 1, '0')
      ],
      emojis: [],
      stickers: [],
      features: [],
      mfa_level: 0,
      application_id: null,
      system_channel_id: null,
      system_channel_flags: 0,
      rules_channel_id: null,
      max_presences: null,
      max_members: 500000,
      vanity_url_code: null,
      premium_tier: 0,
      premium_subscription_count: 0,
      preferred_locale: 'en-US',
      public_updates_channel_id: null,
      safety_alerts_channel_id: null,
      nsfw: false,
      nsfw_level: 0,
      premium_progress_bar_enabled: false,
      widget_enabled: false,
      widget_channel_id: null,
      region: 'deprecated',
      hub_type: null,
      max_video_channel_users: 25,
      max_stage_video_channel_users: 50,
      incidents_data: null
    }
    const rec = { guild, channelIds: [], members: new Map(), revoked: false }
    this.guilds.set(id, rec)
    for (const [i, c] of (channels ?? ['general', 'market', 'secret']).entries()) {
      this.addChannel({ id: at(100 + i), guild_id: id, name: c })
    }
    for (const u of [this.bot, ...this.people().slice(0, 4), ...members]) {
      this.addMember(id, u)
    }
    return rec
  }

  addMember(guildId, u, roles = []) {
    const rec = this.guilds.get(guildId)
    const member = {
      user: u,
      nick: null,
      avatar: null,
      banner: null,
      roles: u === this.bot ? [rec.guild.roles[1].id] : roles,
      joined_at: '2022-01-01T00:00:00.000Z',
      premium_since: null,
      deaf: false,
      mute: false,
      flags: 0,
      pending: false,
      communication_disabled_until: null,
      avatar_decoration_data: null,
      collectibles: null
    }
    rec.members.set(u.id, member)
    return member
  }

  addChannel({ id = snowflake(), guild_id: guildId, name = 'channel', access = 'all' }) {
    const rec = this.guilds.get(guildId)
    const channel = {
      id,
      type: 0,
      guild_id: guildId,
      name,
      position: rec.channelIds.length,
      permission_overwrites: [],
      topic: null,
      nsfw: false,
      flags: 0,
      last_message_id: null,
      parent_id: null,
      rate_limit_per_user: 0
    }
    this.channels.set(id, { channel, access })
    rec.channelIds.push(id)
    return channel
  }

  directChannel(userId) {
    for (const { channel } of this.channels.values()) {
      if (channel.type === 1 && channel.recipients[0].id === userId) return channel
    }
    const channel = {
      id: snowflake(),
      type: 1,
      flags: 0,
      last_message_id: null,
      recipients: [this.users.get(userId)]
    }
    this.channels.set(channel.id, { channel, access: 'all' })
    return channel
  }

  channelsOf(guildId) {
    return this.guilds.get(guildId).channelIds.map((id) => this.channels.get(id).channel)
  }

  // One broken rule. `kind` is a short word a test can filter by.
  violate(kind, text, where = null, fatal = false) {
    this.violations.push({ at: Date.now(), kind, text, where, fatal })
    this.touch()
  }

  // Under load many changes are looked at together.
  touch() {
    if (this.looking || !this.waiters.size) return
    this.looking = setTimeout(() => {
      this.looking = null
      for (const waiter of [...this.waiters]) waiter()
    }, 2)
  }

  // Resolves with the value of `probe` once it is truthy, else null at the end.
  wait(probe, deadlineMs) {
    return new Promise((resolve) => {
      const end = (value) => {
        clearTimeout(timer)
        this.waiters.delete(look)
        resolve(value)
      }
      const look = () => {
        const v = probe()
        if (v) end(v)
      }
      const timer = setTimeout(() => end(null), deadlineMs)
      this.waiters.add(look)
      look()
    })
  }
}

export const secret = (bytes = 16) => randomBytes(bytes).toString('hex')
