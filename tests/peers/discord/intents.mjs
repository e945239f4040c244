// intents.mjs - which event goes to which session.
import { shardOf } from './snowflake.mjs'

const GUILD = {
  0: 'GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE GUILD_ROLE_DELETE CHANNEL_CREATE CHANNEL_UPDATE CHANNEL_DELETE CHANNEL_PINS_UPDATE THREAD_CREATE THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC THREAD_MEMBER_UPDATE THREAD_MEMBERS_UPDATE STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE',
  1: 'GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE THREAD_MEMBERS_UPDATE',
  2: 'GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE',
  3: 'GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE GUILD_SOUNDBOARD_SOUND_UPDATE GUILD_SOUNDBOARD_SOUND_DELETE GUILD_SOUNDBOARD_SOUNDS_UPDATE',
  4: 'GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE',
  5: 'WEBHOOKS_UPDATE',
  6: 'INVITE_CREATE INVITE_DELETE',
  7: 'VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE',
  8: 'PRESENCE_UPDATE',
  9: 'MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK',
  10: 'MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI',
  11: 'TYPING_START',
  16: 'GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE',
  20: 'AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE',
  21: 'AUTO_MODERATION_ACTION_EXECUTION',
  24: 'MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE'
}
const DIRECT = {
  12: 'MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE CHANNEL_PINS_UPDATE',
  13: 'MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI',
  14: 'TYPING_START',
  25: 'MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE'
}

function masks(table) {
  const byEvent = new Map()
  for (const [bit, names] of Object.entries(table)) {
    for (const name of names.split(' ')) {
      byEvent.set(name, (byEvent.get(name) ?? 0) | (1 << Number(bit)))
    }
  }
  return byEvent
}
const guildMasks = masks(GUILD)
const directMasks = masks(DIRECT)

export const has = (session, bit) => (session.intents & (1 << bit)) !== 0

// Does the session hear this event at all?
export function isHeard(session, t, d, guildId, botId) {
  if (shardOf(guildId, session.shard[1]) !== session.shard[0]) return false
  if (t === 'GUILD_MEMBER_UPDATE' && d.user?.id === botId) return true
  const mask = (guildId ? guildMasks : directMasks).get(t)
  return mask === undefined || (session.intents & mask) !== 0
}

// What the session sees: of a message nothing without MESSAGE_CONTENT, of the
// members of a guild only itself without GUILD_PRESENCES.
export function blanked(session, t, d, botId) {
  if (t === 'GUILD_CREATE' && !has(session, 8) && !d.large) {
    return { ...d, members: d.members?.filter((m) => m.user.id === botId) }
  }
  if (
    (t !== 'MESSAGE_CREATE' && t !== 'MESSAGE_UPDATE') ||
    has(session, 15) ||
    !d.guild_id ||
    d.author?.id === botId ||
    d.mentions?.some((u) => u.id === botId)
  ) {
    return d
  }
  const seen = { ...d, content: '', embeds: [], attachments: [], components: [] }
  delete seen.poll
  return seen
}
