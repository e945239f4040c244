// limits.mjs - the bounds of the documented protocol, and what a scenario may
// change of them. Times are in milliseconds, sizes in bytes or characters.

export const EPOCH_MS = 1420070400000n

// What the documentation fixes; a scenario cannot change it.
export const SEND_BYTES_MAX = 4096
// Above this the WebSocket library itself cuts; below it 4002 is answered.
export const FRAME_BYTES_MAX = 1 << 20
export const SENDS_MAX = 120
export const SENDS_WINDOW_MS = 60_000
export const INTENTS_ALL = 0x0331ffff
export const INTENTS_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
export const FLAG_EPHEMERAL = 1 << 6
export const FLAG_LOADING = 1 << 7
export const FLAG_V2 = 1 << 15
export const FLAG_SUPPRESS_EMBEDS = 1 << 2
export const FLAG_SUPPRESS_NOTIFICATIONS = 1 << 12
export const CONTENT_MAX = 2000
export const EMBED_TOTAL_MAX = 6000
export const COMPONENTS_MAX = 40
export const ROWS_MAX = 5
export const TEXT_TOTAL_MAX = 4000
export const FILES_MAX = 10
export const COMMAND_TEXT_MAX = 8000
export const COMMANDS_MAX = { 1: 100, 2: 15, 3: 15, 4: 1 }
export const LOCALES = new Set([
  'id',
  'da',
  'de',
  'en-GB',
  'en-US',
  'es-ES',
  'es-419',
  'fr',
  'hr',
  'it',
  'lt',
  'hu',
  'nl',
  'no',
  'pl',
  'pt-BR',
  'ro',
  'fi',
  'sv-SE',
  'vi',
  'tr',
  'cs',
  'el',
  'bg',
  'ru',
  'uk',
  'hi',
  'th',
  'zh-CN',
  'ja',
  'zh-TW',
  'ko'
])

// What a scenario may set with POST /config: the defaults are Discord's.
export const config = () => ({
  heartbeat_interval_ms: 41_250,
  heartbeat_slack_ms: 10_000,
  hello_timeout_ms: 60_000,
  identify_window_ms: 5_000,
  max_concurrency: 1,
  shards: 1,
  shard_guilds_max: 2_500,
  session_start_total: 1_000,
  session_start_remaining: 1_000,
  session_ttl_ms: 180_000,
  session_events_max: 20_000,
  privileged_intents: 0,
  resume_gateway_url: null,
  members_window_ms: 30_000,
  callback_deadline_ms: 3_000,
  token_ttl_ms: 900_000,
  global_per_s: 50,
  invalid_max: 10_000,
  invalid_window_ms: 600_000,
  commands_created_max: 200,
  nonce_window_ms: 300_000,
  file_bytes_max: 10 * 1024 * 1024,
  request_bytes_max: 25 * 1024 * 1024,
  attachment_size_limit: 10 * 1024 * 1024,
  requests_kept_max: 200_000,
  user_install_only: false
})

// Rate limits per route; `reset_ms` runs from the first request of a window.
// A route without an entry answers with the last one; null sends no headers.
export const routeLimits = () => ({
  'POST /channels/{channel}/messages': { limit: 5, reset_ms: 5000, bucket: 'create' },
  'PATCH /channels/{channel}/messages/{message}': { limit: 5, reset_ms: 5000, bucket: 'edit' },
  'DELETE /channels/{channel}/messages/{message}': {
    limit: 5,
    reset_ms: 1000,
    bucket: 'delete'
  },
  'POST /webhooks/{application}/{token}': { limit: 5, reset_ms: 2000, bucket: 'hook' },
  'PATCH /webhooks/{application}/{token}/messages/{message}': {
    limit: 5,
    reset_ms: 2000,
    bucket: 'hook'
  },
  'PUT /applications/{application}/commands': { limit: 5, reset_ms: 20000, bucket: 'commands' },
  'PUT /applications/{application}/guilds/{guild}/commands': {
    limit: 5,
    reset_ms: 20000,
    bucket: 'guildcommands'
  },
  'POST /users/@me/channels': { limit: 10, reset_ms: 10000, bucket: 'dm' },
  'POST /interactions/{interaction}/{token}/callback': null,
  'GET /gateway/bot': null,
  '*': { limit: 50, reset_ms: 1000, bucket: null }
})
