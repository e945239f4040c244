// wait.mjs - what the control API can wait for. Each probe returns something
// truthy once it holds.

const textsOf = (components) =>
  (components ?? [])
    .flatMap((c) => [
      c.content,
      c.label,
      ...textsOf(c.components),
      ...(c.accessory ? textsOf([c.accessory]) : [])
    ])
    .filter(Boolean)

// All that a person can read in a message.
export function messageText(m) {
  const embeds = m.embeds.flatMap((e) => [
    e.title,
    e.description,
    e.footer?.text,
    e.author?.name,
    ...(e.fields ?? []).flatMap((f) => [f.name, f.value])
  ])
  return [m.content, ...embeds, ...textsOf(m.components)].filter(Boolean).join('\n')
}

function messageProbe({ state }, want) {
  return [...state.messages.values()].find(
    (r) =>
      r.message.author.id === state.bot.id &&
      (!want.channel_id || r.message.channel_id === want.channel_id) &&
      (!want.id || r.message.id === want.id) &&
      (!want.contains || messageText(r.message).includes(want.contains)) &&
      (want.edits === undefined || r.edits.length > want.edits) &&
      (want.deleted === undefined || Boolean(r.deletedAt) === want.deleted)
  )
}

function interactionProbe({ state }, want) {
  const it = state.interactions.get(want.id)
  if (!it) throw new Error(`no interaction ${want.id}`)
  if (!it.answeredAt) return null
  if (want.settled && it.deferred && it.original && it.original.flags & 128) return null
  return it
}

function requestsProbe({ state }, want) {
  const n = state.requests.filter(
    (r) =>
      (!want.route || r.route === want.route) &&
      (!want.method || r.method === want.method) &&
      r.n >= (want.since ?? 0) &&
      (want.status === undefined || r.status === want.status) &&
      r.status !== undefined
  ).length
  return n >= (want.count ?? 1) ? { count: n } : null
}

const probes = {
  message: messageProbe,
  interaction: interactionProbe,
  requests: requestsProbe,
  // { counter: "resumes_ok", at_least: 2 }, dotted for tables.
  counter: ({ gateway }, { name, at_least: least }) => {
    const value = name.split('.').reduce((v, k) => v?.[k], gateway.counters) ?? 0
    return (Array.isArray(value) ? value.length : value) >= least ? { value } : null
  },
  sessions: ({ gateway }, { connected }) => {
    const n = [...gateway.sessions.values()].filter((s) => s.connection).length
    return n >= connected ? { connected: n } : null
  },
  commands: ({ state }, { scope = 'global', count }) => {
    const n = state.commands.get(scope)?.size ?? 0
    return n >= count ? { count: n } : null
  },
  violations: ({ state }, { count = 1, kind }) => {
    const list = state.violations.filter((v) => !kind || v.kind === kind)
    return list.length >= count ? { violations: list } : null
  },
  burst: ({ control }, { id }) => {
    const b = control.scenario.bursts.get(id)
    return b?.done ? b : null
  }
}

export function probeOf(fake, spec) {
  const kinds = Object.keys(probes).filter((k) => spec[k])
  if (!kinds.length) throw new Error(`wait for one of ${Object.keys(probes).join(', ')}`)
  return () => {
    const found = {}
    for (const kind of kinds) {
      const value = probes[kind](fake, spec[kind])
      if (!value) return null
      found[kind] = value
    }
    return found
  }
}
