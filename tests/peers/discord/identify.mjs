// identify.mjs - what a client may say in IDENTIFY, PRESENCE and REQUEST
// GUILD MEMBERS. Each function returns null or [close code, text].
import { INTENTS_ALL, INTENTS_PRIVILEGED } from './limits.mjs'
import { isSnowflake } from './snowflake.mjs'

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
const isIn = (n, low, high) => Number.isInteger(n) && n >= low && n <= high
const unknown = (o, known) => Object.keys(o).find((k) => !known.includes(k))

export function presenceFault(p) {
  if (!isObject(p)) return [4002, 'presence is not an object']
  const key = unknown(p, ['since', 'activities', 'status', 'afk'])
  if (key) return [4002, `presence has an unknown field ${key}`]
  if (!(p.since === null || p.since === undefined || isIn(p.since, 0, 2 ** 53))) {
    return [4002, 'presence.since is not a time']
  }
  if (
    !Array.isArray(p.activities ?? []) ||
    !(p.activities ?? []).every(
      (a) => isObject(a) && typeof a.name === 'string' && isIn(a.type, 0, 5)
    )
  ) {
    return [4002, 'presence.activities is not a list of activities']
  }
  if (!['online', 'dnd', 'idle', 'invisible', 'offline'].includes(p.status)) {
    return [4002, 'presence.status is not a status']
  }
  if (typeof (p.afk ?? false) !== 'boolean') return [4002, 'presence.afk is not a boolean']
  return null
}

function propertiesFault(p) {
  if (!isObject(p)) return [4002, 'identify.properties is missing']
  for (const key of ['os', 'browser', 'device']) {
    if (typeof p[key] !== 'string' || !p[key])
      return [4002, `identify.properties.${key} is not a text`]
  }
  const key = unknown(p, ['os', 'browser', 'device'])
  return key ? [4002, `identify.properties has an unknown field ${key}`] : null
}

function intentsFault(intents, allowed) {
  if (!Number.isInteger(intents) || intents < 0)
    return [4013, 'identify.intents is missing or no integer']
  if ((intents & ~INTENTS_ALL) !== 0 || intents > INTENTS_ALL)
    return [4013, 'identify.intents has unknown bits']
  if ((intents & INTENTS_PRIVILEGED & ~allowed) !== 0) {
    return [4014, 'identify.intents asks for a privileged intent that is not enabled']
  }
  return null
}

function shardFault(shard, config, guilds) {
  if (
    shard !== undefined &&
    !(
      Array.isArray(shard) &&
      shard.length === 2 &&
      isIn(shard[1], 1, 16384) &&
      isIn(shard[0], 0, shard[1] - 1)
    )
  ) {
    return [4010, 'identify.shard is not [id, count]']
  }
  const count = shard?.[1] ?? 1
  return guilds / count > config.shard_guilds_max
    ? [4011, 'this application needs more shards']
    : null
}

export function identifyFault(d, { config, transport, guilds }) {
  if (!isObject(d)) return [4002, 'identify.d is not an object']
  if (typeof d.token !== 'string') return [4002, 'identify.token is not a text']
  const key = unknown(d, [
    'token',
    'properties',
    'compress',
    'large_threshold',
    'shard',
    'presence',
    'intents'
  ])
  if (key) return [4002, `identify has an unknown field ${key}`]
  if (typeof (d.compress ?? false) !== 'boolean')
    return [4002, 'identify.compress is not a boolean']
  if (d.compress && transport) return [4002, 'identify.compress beside transport compression']
  if (d.large_threshold !== undefined && !isIn(d.large_threshold, 50, 250)) {
    return [4002, 'identify.large_threshold is not in 50..250']
  }
  return (
    propertiesFault(d.properties) ??
    (d.presence !== undefined ? presenceFault(d.presence) : null) ??
    shardFault(d.shard, config, guilds) ??
    intentsFault(d.intents, config.privileged_intents)
  )
}

export function membersFault(d, intents) {
  if (!isObject(d) || !isSnowflake(d.guild_id))
    return [4002, 'request members: guild_id is not an id']
  const key = unknown(d, ['guild_id', 'query', 'limit', 'presences', 'user_ids', 'nonce'])
  if (key) return [4002, `request members has an unknown field ${key}`]
  if ((d.query === undefined) === (d.user_ids === undefined)) {
    return [4002, 'request members wants one of query and user_ids']
  }
  if (
    d.query !== undefined &&
    !(typeof d.query === 'string' && isIn(d.limit, 0, d.query === '' ? 2 ** 31 : 100))
  ) {
    return [4002, 'request members: limit does not fit the query']
  }
  if (d.query === '' && d.limit === 0 && !(intents & 2)) {
    return [4014, 'request members: all members without the intent']
  }
  const ids = [d.user_ids ?? []].flat()
  if (ids.length > 100 || !ids.every(isSnowflake)) return [4002, 'request members: user_ids']
  return null
}
