// stream.mjs - a made-up but life-like stream of gateway messages, the same
// for the same seed: guilds of log-normal size, then a busy evening in them.
import { createHash } from 'node:crypto'

const START = (BigInt(Date.parse('2026-05-01T18:00:00Z')) - 1420070400000n) << 22n
const WORDS = (
  'the a of and to in is it you that was for on are with as his they be at one have this from or had by hot but some ' +
  'what there we can out other were all your when up use word how said each she which do their time if will way about many then them ' +
  'would write like so these her long make thing see him two has look more day could go come did my sound no most number who over know ' +
  'water than call first people may down side been now find model train price vote dataset loss epoch wallet'
).split(' ')
const EMOJI = ['😀', '🔥', '👍', '🚀', '❤️', '<:stoa:815886080409600042>']

// Event and its share in a thousand.
const MIX = [
  ['message', 400],
  ['typing', 170],
  ['reaction', 130],
  ['member', 90],
  ['edit', 80],
  ['voice', 40],
  ['unreact', 30],
  ['interaction', 30],
  ['remove', 20],
  ['channel', 10]
]

export class Stream {
  constructor({ seed, events, guilds }) {
    this.state = seed >>> 0
    this.eventCount = events
    this.guildCount = guilds
    this.clock = START
    this.seq = 0
    this.counts = {}
    this.userPool = Array.from({ length: 20_000 }, (_, i) => this.user(i))
  }

  random() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  int(low, high) {
    return low + Math.floor(this.random() * (high - low + 1))
  }
  pick(list) {
    return list[Math.floor(this.random() * list.length)]
  }
  size(median, spread, most) {
    const normal =
      Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random())
    return Math.max(1, Math.min(most, Math.round(median * Math.exp(spread * normal))))
  }

  id() {
    this.clock += BigInt(this.int(1, 40)) << 22n
    return (this.clock | BigInt(this.int(0, 4095))).toString()
  }
  oldId() {
    return ((BigInt(this.int(100, 1300)) << 50n) + BigInt(this.int(0, 2 ** 40))).toString()
  }
  now() {
    return new Date(Number((this.clock >> 22n) + 1420070400000n)).toISOString()
  }
  hash() {
    return createHash('md5').update(String(this.random())).digest('hex')
  }
  words(n) {
    return Array.from({ length: n }, () =>
      this.random() < 0.02 ? this.pick(EMOJI) : this.pick(WORDS)
    ).join(' ')
  }

  user(i) {
    const name = `${this.pick(WORDS)}${this.pick(WORDS)}${i}`
    return {
      username: name,
      public_flags: this.random() < 0.2 ? 64 : 0,
      primary_guild: null,
      id: this.oldId(),
      global_name: this.random() < 0.7 ? name.toUpperCase() : null,
      discriminator: '0',
      display_name_styles: null,
      collectibles: null,
      avatar_decoration_data: null,
      avatar: this.random() < 0.8 ? this.hash() : null,
      clan: null,
      ...(this.random() < 0.02 ? { bot: true } : {})
    }
  }

  member(user, guild) {
    return {
      roles:
        guild.roles.length > 1
          ? Array.from({ length: this.int(0, 4) }, () => this.pick(guild.roles).id)
          : [],
      premium_since: null,
      pending: false,
      nick: this.random() < 0.2 ? this.pick(WORDS) : null,
      mute: false,
      joined_at: '2023-04-05T06:07:08.901000+00:00',
      flags: 0,
      deaf: false,
      communication_disabled_until: null,
      banner: null,
      avatar: null,
      ...(user ? { user } : {})
    }
  }

  guild() {
    const id = this.oldId()
    const g = { id, roles: [] }
    g.roles = Array.from({ length: this.size(15, 0.7, 120) }, (_, i) => ({
      version: 1700000000000,
      unicode_emoji: null,
      tags: {},
      position: i,
      permissions: i ? String(this.int(0, 2 ** 50)) : '2248473465835073',
      name: i ? this.pick(WORDS) : '@everyone',
      mentionable: false,
      managed: false,
      id: i ? this.oldId() : id,
      icon: null,
      hoist: this.random() < 0.3,
      flags: 0,
      colors: {
        primary_color: this.int(0, 0xffffff),
        secondary_color: null,
        tertiary_color: null
      },
      color: this.int(0, 0xffffff)
    }))
    g.channels = Array.from({ length: this.size(25, 0.7, 300) }, (_, i) => ({
      version: 1700000000000,
      type: this.random() < 0.15 ? 4 : this.random() < 0.2 ? 2 : 0,
      topic: this.random() < 0.4 ? this.words(12) : null,
      rate_limit_per_user: 0,
      position: i,
      permission_overwrites: Array.from({ length: this.int(0, 4) }, () => ({
        type: 0,
        id: this.pick(g.roles).id,
        deny: '1024',
        allow: '0'
      })),
      parent_id: null,
      nsfw: false,
      name: this.words(2).replaceAll(' ', '-'),
      last_message_id: this.oldId(),
      id: this.oldId(),
      flags: 0
    }))
    g.texts = g.channels.filter((c) => c.type === 0).map((c) => c.id)
    if (!g.texts.length) {
      g.channels[0].type = 0
      g.texts = [g.channels[0].id]
    }
    g.users = Array.from({ length: this.size(60, 0.8, 400) }, () => this.pick(this.userPool))
    g.emojis = Array.from({ length: this.size(20, 0.8, 250) }, () => ({
      version: 1,
      roles: [],
      require_colons: true,
      name: this.pick(WORDS),
      managed: false,
      id: this.oldId(),
      available: true,
      animated: this.random() < 0.3
    }))
    return g
  }

  guildCreate(g) {
    return {
      id: g.id,
      name: this.words(3),
      owner_id: this.pick(g.users).id,
      icon: this.hash(),
      splash: null,
      banner: null,
      discovery_splash: null,
      description: null,
      home_header: null,
      afk_channel_id: null,
      afk_timeout: 300,
      verification_level: 1,
      default_message_notifications: 1,
      explicit_content_filter: 2,
      features: ['COMMUNITY', 'NEWS', 'SOUNDBOARD'],
      mfa_level: 0,
      application_id: null,
      system_channel_id: g.texts[0],
      system_channel_flags: 0,
      rules_channel_id: g.texts[0],
      max_members: 500000,
      vanity_url_code: null,
      premium_tier: 1,
      premium_subscription_count: this.int(0, 30),
      preferred_locale: 'en-US',
      public_updates_channel_id: null,
      safety_alerts_channel_id: null,
      nsfw: false,
      nsfw_level: 0,
      premium_progress_bar_enabled: false,
      max_video_channel_users: 25,
      max_stage_video_channel_users: 50,
      hub_type: null,
      incidents_data: null,
      stickers: [],
      large: g.users.length > 50,
      joined_at: '2024-01-01T00:00:00.000000+00:00',
      member_count: g.users.length * this.int(1, 40),
      unavailable: false,
      lazy: true,
      roles: g.roles,
      channels: g.channels,
      emojis: g.emojis,
      members: g.users.map((u) => this.member(u, g)),
      threads: [],
      presences: [],
      voice_states: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
      activity_instances: [],
      embedded_activities: [],
      version: 1700000000000
    }
  }

  place() {
    // Few guilds are busy, most are quiet.
    const g = this.guilds[Math.floor(this.guilds.length * this.random() ** 3)]
    return { g, channel: this.pick(g.texts), user: this.pick(g.users) }
  }

  embed() {
    return {
      type: 'rich',
      title: this.words(5),
      description: this.words(this.int(10, 60)),
      color: this.int(0, 0xffffff),
      fields: Array.from({ length: this.int(0, 6) }, () => ({
        name: this.words(2),
        value: this.words(8),
        inline: true
      })),
      content_scan_version: 4
    }
  }

  event_message() {
    const { g, channel, user } = this.place()
    const id = this.id()
    g.last = { id, channel, user }
    return [
      'MESSAGE_CREATE',
      {
        type: 0,
        tts: false,
        timestamp: this.now(),
        pinned: false,
        nonce: id,
        mentions: this.random() < 0.1 ? [this.pick(g.users)] : [],
        mention_roles: [],
        mention_everyone: false,
        member: this.member(null, g),
        id,
        flags: 0,
        embeds: this.random() < 0.08 ? [this.embed()] : [],
        edited_timestamp: null,
        content: this.words(this.size(9, 0.9, 300)),
        components: [],
        channel_type: 0,
        channel_id: channel,
        author: user,
        attachments: this.random() < 0.07 ? [this.attachment()] : [],
        guild_id: g.id
      }
    ]
  }

  attachment() {
    const id = this.id()
    const url = `https://cdn.discordapp.com/attachments/${id}/${id}/image.png?ex=${this.hash()}&is=${this.hash()}&hm=${this.hash()}&`
    return {
      width: 1280,
      url,
      size: this.int(1000, 4e6),
      proxy_url: url,
      placeholder_version: 1,
      placeholder: this.hash(),
      id,
      height: 720,
      filename: 'image.png',
      content_type: 'image/png',
      content_scan_version: 1
    }
  }

  event_edit() {
    const [, d] = this.event_message()
    return ['MESSAGE_UPDATE', { ...d, edited_timestamp: this.now() }]
  }

  event_remove() {
    const { g, channel } = this.place()
    return [
      'MESSAGE_DELETE',
      { id: g.last?.id ?? this.id(), channel_id: g.last?.channel ?? channel, guild_id: g.id }
    ]
  }

  event_typing() {
    const { g, channel, user } = this.place()
    return [
      'TYPING_START',
      {
        user_id: user.id,
        timestamp: Math.floor(Date.parse(this.now()) / 1000),
        member: this.member(user, g),
        channel_id: channel,
        guild_id: g.id
      }
    ]
  }

  event_reaction() {
    const { g, channel, user } = this.place()
    return [
      'MESSAGE_REACTION_ADD',
      {
        user_id: user.id,
        type: 0,
        message_id: g.last?.id ?? this.id(),
        message_author_id: this.pick(g.users).id,
        member: this.member(user, g),
        emoji: { name: this.pick(EMOJI.slice(0, 5)), id: null },
        channel_id: channel,
        burst: false,
        guild_id: g.id
      }
    ]
  }

  event_unreact() {
    const [, { member, ...d }] = this.event_reaction()
    return ['MESSAGE_REACTION_REMOVE', d]
  }

  event_member() {
    const { g, user } = this.place()
    return [
      'GUILD_MEMBER_UPDATE',
      { ...this.member(user, g), unusual_dm_activity_until: null, guild_id: g.id }
    ]
  }

  event_voice() {
    const { g, user } = this.place()
    return [
      'VOICE_STATE_UPDATE',
      {
        member: this.member(user, g),
        user_id: user.id,
        suppress: false,
        session_id: this.hash(),
        self_video: false,
        self_mute: this.random() < 0.5,
        self_deaf: false,
        request_to_speak_timestamp: null,
        mute: false,
        guild_id: g.id,
        deaf: false,
        channel_id: null
      }
    ]
  }

  event_channel() {
    const { g } = this.place()
    const c = this.pick(g.channels)
    return ['CHANNEL_UPDATE', { ...c, topic: this.words(8), guild_id: g.id }]
  }

  event_interaction() {
    const { g, channel, user } = this.place()
    const data =
      this.random() < 0.7
        ? {
            type: 1,
            name: this.pick(['price', 'train', 'vote', 'wallet']),
            id: '1100000000000000001',
            options: [
              { value: this.words(3), type: 3, name: 'model' },
              { value: this.int(1, 30), type: 4, name: 'days' }
            ]
          }
        : { custom_id: `v1.${this.hash()}`, component_type: 2, id: 3 }
    return [
      'INTERACTION_CREATE',
      {
        version: 1,
        type: data.custom_id ? 3 : 2,
        token: `aW50ZXJhY3Rpb24${this.hash()}${this.hash()}${this.hash()}${this.hash()}`,
        ...(data.custom_id ? { message: this.event_message()[1] } : {}),
        member: { ...this.member(user, g), permissions: '2248473465835073' },
        locale: 'en-US',
        id: this.id(),
        guild_locale: 'en-US',
        guild_id: g.id,
        guild: { locale: 'en-US', id: g.id, features: [] },
        entitlements: [],
        entitlement_sku_ids: [],
        data,
        context: 0,
        channel_id: channel,
        channel: {
          type: 0,
          topic: null,
          position: 1,
          permissions: '2251799813685247',
          parent_id: null,
          nsfw: false,
          name: 'general',
          id: channel,
          guild_id: g.id,
          flags: 0
        },
        authorizing_integration_owners: { 0: g.id },
        attachment_size_limit: 10485760,
        application_id: '815886080409600001',
        app_permissions: '2251799813685247'
      }
    ]
  }

  dispatch(t, d) {
    this.counts[t] = (this.counts[t] ?? 0) + 1
    return JSON.stringify({ t, s: ++this.seq, op: 0, d })
  }

  ready() {
    return {
      v: 10,
      user: {
        ...this.userPool[0],
        id: '815886080409600001',
        bot: true,
        verified: true,
        mfa_enabled: true,
        email: null,
        flags: 0
      },
      guilds: this.guilds.map((g) => ({ unavailable: true, id: g.id })),
      session_id: 'r'.repeat(32),
      resume_gateway_url: 'ws://127.0.0.1:9',
      shard: [0, 1],
      session_type: 'normal',
      application: { id: '815886080409600001', flags: 0 },
      private_channels: [],
      relationships: [],
      user_settings: {},
      presences: [],
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      auth: {},
      _trace: ['[]']
    }
  }

  *messages() {
    this.guilds = Array.from({ length: this.guildCount }, () => this.guild())
    // No beat is due during a run: nothing can be put into a recorded stream.
    yield JSON.stringify({
      t: null,
      s: null,
      op: 10,
      d: { heartbeat_interval: 3_600_000, _trace: ['[]'] }
    })
    yield this.dispatch('READY', this.ready())
    for (const g of this.guilds) {
      yield this.dispatch('GUILD_CREATE', this.guildCreate(g))
      delete g.emojis
    }
    const drawn = MIX.flatMap(([name, share]) => Array(share / 10).fill(`event_${name}`))
    for (let i = 0; i < this.eventCount; i++) yield this.dispatch(...this[this.pick(drawn)]())
    yield this.dispatch('STOA_MARKER', { events: this.eventCount })
  }
}
