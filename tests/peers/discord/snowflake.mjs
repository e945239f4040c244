// snowflake.mjs - ids as Discord makes them: time, worker, count.
import { EPOCH_MS } from './limits.mjs'

let last = 0n
let count = 0n

export function snowflake(atMs = Date.now()) {
  let ms = BigInt(Math.floor(atMs)) - EPOCH_MS
  if (ms <= last) {
    ms = last
    count = (count + 1n) & 0xfffn
    if (count === 0n) ms += 1n
  } else {
    count = 0n
  }
  last = ms
  return ((ms << 22n) | (1n << 17n) | count).toString()
}

// An id of a chosen instant that does not move the clock of snowflake().
export const fixed = (iso, n) =>
  (((BigInt(Date.parse(iso)) - EPOCH_MS) << 22n) | BigInt(n)).toString()

export const isSnowflake = (s) => typeof s === 'string' && /^[1-9][0-9]{5,19}$/.test(s)

export const shardOf = (guildId, shards) =>
  guildId ? Number((BigInt(guildId) >> 22n) % BigInt(shards)) : 0
