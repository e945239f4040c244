// invoke.mjs - a person uses a command: what Discord's own client would send
// for it. Once commands are registered, only what fits them can be sent.
import { snowflake } from './snowflake.mjs'
import { PERMISSIONS_ALL } from './state.mjs'

const typeOf = (v) =>
  typeof v === 'boolean' ? 5 : Number.isInteger(v) ? 4 : typeof v === 'number' ? 10 : 3

// { name: value } becomes the list of the API; lists stay as they are.
const listOf = (options) =>
  Array.isArray(options ?? [])
    ? (options ?? [])
    : Object.entries(options).map(([name, value]) => ({ name, type: typeOf(value), value }))

function fits(o, known, focused) {
  const { value } = o
  const say = (text) => {
    throw new Error(`option ${o.name}: ${text}`)
  }
  if (focused) return
  const size = [...String(value)].length
  const kind = { 3: 'string', 4: 'number', 5: 'boolean', 10: 'number' }[known.type] ?? 'string'
  if (typeof value !== kind || (known.type === 4 && !Number.isInteger(value)))
    say(`${JSON.stringify(value)} is not of type ${known.type}`)
  if (known.choices?.length && !known.choices.some((c) => c.value === value))
    say(`${value} is no choice`)
  if (known.type === 3 && (size < (known.min_length ?? 0) || size > (known.max_length ?? 6000)))
    say(`length ${size}`)
  if (
    (known.type === 4 || known.type === 10) &&
    (value < (known.min_value ?? -Infinity) || value > (known.max_value ?? Infinity))
  )
    say(`${value} is out of range`)
}

function typed(list, known, focused) {
  const named = new Map((known ?? []).map((k) => [k.name, k]))
  const out = list.map((o) => {
    const k = named.get(o.name)
    if (!k) throw new Error(`the command has no option ${o.name}`)
    fits(o, k, o.name === focused)
    return {
      ...o,
      type: k.type,
      ...(o.name === focused ? { focused: true, value: String(o.value) } : {})
    }
  })
  for (const k of focused ? [] : named.values()) {
    if (k.required && !list.some((o) => o.name === k.name))
      throw new Error(`option ${k.name} is required`)
  }
  return out
}

// Users, roles and channels that are named by id come along resolved.
function resolve(state, guildId, list, given = {}) {
  const out = structuredClone(given)
  const put = (table, id, value) => {
    if (value) (out[table] ??= {})[id] = value
  }
  const rec = state.guilds.get(guildId)
  for (const { type, value } of list) {
    if (type === 6 || type === 9) {
      put('users', value, state.users.get(value))
      const { user, deaf, mute, ...member } = rec?.members.get(value) ?? {}
      if (user) put('members', value, { ...member, permissions: PERMISSIONS_ALL })
    }
    if (type === 8 || type === 9)
      put(
        'roles',
        value,
        rec?.guild.roles.find((r) => r.id === value)
      )
    if (type === 7)
      put(
        'channels',
        value,
        state.channels.has(value) && {
          ...state.channels.get(value).channel,
          permissions: PERMISSIONS_ALL
        }
      )
  }
  return Object.keys(out).length ? out : undefined
}

// Finds the options of the command or of its sub-command.
function descend(known, path) {
  let options = known.options ?? []
  for (const name of path) {
    const sub = options.find((o) => o.name === name && o.type <= 2)
    if (!sub) throw new Error(`/${known.name} has no ${name}`)
    options = sub.options ?? []
  }
  if (options.some((o) => o.type <= 2))
    throw new Error(`/${known.name} ${path.join(' ')} needs a sub-command`)
  return options
}

// The data of an interaction of type 2 or 4.
export function invoke(state, spec, focused) {
  const type = spec.command_type ?? 1
  const path = spec.path ?? []
  const all = [state.commands.get(spec.guild_id), state.commands.get('global')].flatMap((s) => [
    ...(s?.values() ?? [])
  ])
  const known = all.find((c) => c.name === spec.name && c.type === type)
  if (all.length && !known && !spec.force)
    throw new Error(`no command ${spec.name} is registered`)
  let list = listOf(spec.options)
  if (known && !spec.force) list = typed(list, descend(known, path), focused)
  else if (focused) list = list.map((o) => (o.name === focused ? { ...o, focused: true } : o))
  if (focused && !list.some((o) => o.focused)) throw new Error(`option ${focused} is not given`)
  const resolved = resolve(state, spec.guild_id, list, spec.resolved)
  const options = path.reduceRight(
    (inner, name, i) => [{ name, type: path.length === 2 && i === 0 ? 2 : 1, options: inner }],
    list
  )
  return {
    id: known?.id ?? snowflake(),
    name: spec.name,
    type,
    ...(options.length ? { options } : {}),
    ...(resolved ? { resolved } : {}),
    ...(spec.target_id ? { target_id: spec.target_id } : {}),
    ...(known?.guild_id ? { guild_id: known.guild_id } : {})
  }
}
