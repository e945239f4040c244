// scenario.mjs - what a test makes happen: events, bursts, interactions, and
// the mishaps of the gateway.
import { newInteraction } from './interactions.mjs'
import { invoke } from './invoke.mjs'
import { createMessage, tell } from './messages.mjs'
import { snowflake } from './snowflake.mjs'

// Replaces "$SERIAL" in a template: alone it becomes a number, else a text.
export function withSerial(value, serial) {
  if (value === '$SERIAL') return serial
  if (typeof value === 'string')
    return value.replaceAll('$SERIAL', String(serial)).replaceAll('$ID', () => snowflake())
  if (Array.isArray(value)) return value.map((v) => withSerial(v, serial))
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withSerial(v, serial)]))
  }
  return value
}

export class Scenario {
  constructor(fake) {
    this.fake = fake
    this.bursts = new Map()
  }

  place(spec) {
    const { state } = this.fake
    const user = spec.user_id ?? state.people()[0].id
    if (!state.users.has(user)) throw new Error(`no user ${user}`)
    if (spec.dm)
      return { guild_id: null, channel_id: state.directChannel(user).id, user_id: user }
    const guild =
      spec.guild_id ??
      (spec.channel_id
        ? state.channels.get(spec.channel_id)?.channel.guild_id
        : [...state.guilds.keys()][0])
    const channel = spec.channel_id ?? state.guilds.get(guild).channelIds[0]
    if (!state.channels.has(channel)) throw new Error(`no channel ${channel}`)
    return { guild_id: guild ?? null, channel_id: channel, user_id: user }
  }

  clicked(spec) {
    const { state } = this.fake
    const rec = spec.message_id
      ? state.messages.get(spec.message_id)
      : [...state.messages.values()]
          .reverse()
          .find((r) => this.component(r.message.components, spec.custom_id))
    // Forced: a message of long ago, which nobody remembers, has it.
    const component =
      (rec && this.component(rec.message.components, spec.custom_id)) ??
      (spec.force ? { type: 2, id: 1 } : null)
    if (!component) throw new Error(`no message has a component ${spec.custom_id}`)
    if (component.disabled) throw new Error(`component ${spec.custom_id} is disabled`)
    const values = spec.values ?? (component.type === 2 ? undefined : [])
    if (
      component.type === 3 &&
      !values.every((v) => component.options.some((o) => o.value === v))
    ) {
      throw new Error(`${spec.custom_id} has no option ${values}`)
    }
    return {
      rec,
      data: {
        custom_id: spec.custom_id,
        component_type: component.type,
        id: component.id,
        ...(values ? { values } : {})
      }
    }
  }

  component(list, id) {
    for (const c of list ?? []) {
      const found =
        c.custom_id === id
          ? c
          : (this.component(c.components, id) ??
            (c.accessory && this.component([c.accessory], id)))
      if (found) return found
    }
    return null
  }

  // The parts of a submitted modal: fields are { custom_id: value or values }.
  submitted(spec) {
    const from = spec.interaction_id && this.fake.state.interactions.get(spec.interaction_id)
    const modal = spec.modal ?? from?.modal
    if (!modal) throw new Error('no modal was shown')
    const filled = (c) => {
      if (c.component) return { type: 18, id: 1, component: filled(c.component) }
      if (c.components) return { type: 1, id: 1, components: c.components.map(filled) }
      const value = spec.fields?.[c.custom_id]
      if (c.type === 4)
        return { type: 4, id: 1, custom_id: c.custom_id, value: value ?? c.value ?? '' }
      if (c.type === 10) return { type: 10, id: 1 }
      return Array.isArray(value ?? [])
        ? { type: c.type, id: 1, custom_id: c.custom_id, values: value ?? [] }
        : { type: c.type, id: 1, custom_id: c.custom_id, value }
    }
    return {
      data: { custom_id: modal.custom_id, components: modal.components.map(filled) },
      from
    }
  }

  // Makes an interaction; `send: false` leaves its delivery to the caller.
  interaction(spec) {
    const { state, gateway } = this.fake
    let made
    let place = this.place(spec)
    const more = { locale: spec.locale, permissions: spec.permissions, roles: spec.roles }
    switch (spec.kind) {
      case 'ping':
        made = { type: 1 }
        break
      case 'command':
        made = { type: 2, data: invoke(state, { ...spec, ...place }) }
        break
      case 'autocomplete':
        made = { type: 4, data: invoke(state, { ...spec, ...place }, spec.focused) }
        break
      case 'component': {
        const { rec, data } = this.clicked(spec)
        place = this.place({
          user_id: spec.user_id,
          guild_id: rec.guildId ?? undefined,
          channel_id: rec.message.channel_id
        })
        made = { type: 3, data, message: rec.message }
        break
      }
      case 'modal': {
        const { data, from } = this.submitted(spec)
        made = {
          type: 5,
          data,
          fromComponent: Boolean(from?.d.message),
          ...(from?.d.message ? { message: from.d.message } : {})
        }
        if (from)
          place = { guild_id: from.guildId, channel_id: from.channelId, user_id: from.userId }
        break
      }
      default:
        throw new Error('kind is one of command, autocomplete, component, modal, ping')
    }
    const it = newInteraction(state, { ...place, ...more, ...made })
    if (spec.send !== false && made.type !== 1)
      it.heard = gateway.dispatch('INTERACTION_CREATE', it.d, { guildId: it.guildId })
    if (it.heard) this.expect(it)
    state.touch()
    return it
  }

  // Whoever heard an interaction has to answer it in time.
  expect(it) {
    const { state } = this.fake
    setTimeout(
      () => {
        if (!it.answeredAt)
          state.violate(
            'unanswered',
            `interaction of type ${it.type} without an answer in time`,
            it.id
          )
      },
      Math.max(0, state.config.callback_deadline_ms)
    ).unref()
  }

  // A message of a person.
  message(spec) {
    const { state } = this.fake
    const place = this.place(spec)
    const message = createMessage(state, {
      channelId: place.channel_id,
      author: state.users.get(place.user_id),
      json: { content: spec.content ?? '', embeds: spec.embeds, nonce: spec.nonce }
    })
    tell(this.fake, 'MESSAGE_CREATE', message)
    return message
  }

  dispatch(spec, serial) {
    const { t, d = {}, guild_id: guildId, shard } = spec
    return this.fake.gateway.dispatch(t, serial === undefined ? d : withSerial(d, serial), {
      guildId: guildId ?? d.guild_id ?? null,
      shard
    })
  }

  one(spec, serial) {
    if (spec.interaction) return this.interaction(withSerial(spec.interaction, serial)).id
    if (spec.message) return this.message(withSerial(spec.message, serial)).id
    const guilds = spec.guild_ids
    this.dispatch(guilds ? { ...spec, guild_id: guilds[serial % guilds.length] } : spec, serial)
    return null
  }

  // `rate` a second, `count` in all (or for `seconds`), numbered from `first`.
  burst(spec) {
    const id = snowflake()
    const count = spec.count ?? Math.round(spec.rate * spec.seconds)
    if (!(count > 0) || !(spec.rate > 0))
      throw new Error('a burst needs rate and count or seconds')
    const burst = {
      id,
      first: spec.first ?? 1,
      count,
      sent: 0,
      done: false,
      started_at: Date.now(),
      ids: []
    }
    this.bursts.set(id, burst)
    const step = () => {
      const due = Math.min(
        count,
        Math.floor(((Date.now() - burst.started_at) * spec.rate) / 1000) + 1
      )
      while (burst.sent < due) {
        const made = this.one(spec, burst.first + burst.sent++)
        if (made) burst.ids.push(made)
      }
      if (burst.sent < count) return setTimeout(step, 4)
      burst.done = true
      burst.ended_at = Date.now()
      this.fake.state.touch()
    }
    step()
    return burst
  }

  // Shards of all counts, unless one is named.
  targets({ shard, count }) {
    return [...this.fake.gateway.connections].filter(
      (c) =>
        !c.closing &&
        (shard === undefined || c.session?.shard[0] === shard) &&
        (count === undefined || c.session?.shard[1] === count)
    )
  }

  // The mishaps; each returns how many connections it touched.
  mishap(kind, spec) {
    const { gateway } = this.fake
    const times = spec.times ?? 1
    const each = (f) => {
      const list = this.targets(spec)
      list.forEach(f)
      return list.length
    }
    const later = (list, value) => {
      for (let i = 0; i < times; i++) list.push(value)
      return times
    }
    const sessions = [...gateway.sessions.values()].filter(
      (s) => spec.shard === undefined || s.shard[0] === spec.shard
    )
    switch (kind) {
      case 'reconnect':
        return each((c) => c.sendOp(7, null))
      case 'reconnect-before-hello':
        return later(gateway.next.beforeHello, 'reconnect')
      case 'no-hello':
        return later(gateway.next.beforeHello, 'silent')
      case 'invalid-session':
        return each((c) => {
          if (!spec.resumable && c.session) gateway.sessions.delete(c.session.id)
          gateway.invalidate(c, Boolean(spec.resumable))
        })
      case 'invalid-session-next':
        return later(gateway.next.invalid, Boolean(spec.resumable))
      case 'mute-acks':
        return each((c) => {
          c.acks = spec.acks ?? false
        })
      case 'request-heartbeat':
        return each((c) => c.sendOp(1, null))
      case 'close':
        return each((c) => c.close(spec.code ?? 4000, spec.reason ?? ''))
      case 'freeze':
        return each((c) => c.freeze())
      case 'drop':
        return each((c) => c.drop())
      case 'expire-sessions':
        gateway.sessions.clear()
        return each((c) => c.close(spec.code ?? 4009))
      case 'fault':
        sessions.forEach((s) => s.addFault({ kind: spec.fault, t: spec.t, times }))
        return sessions.length
      case 'malformed':
        return each((c) => c.sendText(spec.text ?? '{"op":0,"t":"MESSAGE_CREATE","s":'))
      case 'garbage':
        return each((c) => c.sendText('{"op":11}', (b) => Buffer.from(b.map((x) => x ^ 0x5a))))
      case 'truncate':
        return each((c) =>
          c.sendText('{"op":11,"d":null}', (b) => b.subarray(0, Math.max(1, b.length - 5)))
        )
      case 'rate-limited':
        return each(
          (c) =>
            c.session &&
            gateway.dispatchTo(c.session, 'RATE_LIMITED', {
              opcode: 8,
              retry_after: spec.retry_after ?? 5,
              meta: { guild_id: spec.guild_id ?? [...this.fake.state.guilds.keys()][0] }
            })
        )
      case 'big-guild':
        return this.bigGuild(spec)
      default:
        throw new Error(`unknown mishap ${kind}`)
    }
  }

  // A GUILD_CREATE of about `bytes`.
  bigGuild({ bytes = 20 * 1024 * 1024, name = 'Metropolis' }) {
    const { state, gateway } = this.fake
    const rec = state.addGuild({ name })
    const d = gateway.guildCreate(rec)
    const one = d.members[1]
    const size = JSON.stringify(one).length + 1
    d.members = Array.from({ length: Math.ceil(bytes / size) }, (_, i) => ({
      ...one,
      user: { ...one.user, id: (BigInt(one.user.id) + BigInt(i)).toString() }
    }))
    d.member_count = d.members.length
    d.large = true
    return gateway.dispatch('GUILD_CREATE', d, { guildId: rec.guild.id })
  }
}
