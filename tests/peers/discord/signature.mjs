// signature.mjs - the signature check of an interactions endpoint beside the
// one of discord-interactions: both must judge every variant alike.
//
//   node signature.mjs CONTROL URL [STALE]
//
// CONTROL is the control API of the fake whose public key the endpoint has,
// URL the endpoint. The library knows no age; STALE=accept says that the
// endpoint does not either (default: it refuses old, future and repeated ones).
import { verifyKey } from 'discord-interactions'

// What the protocol does not settle: the endpoint's own policy decides.
const POLICY = new Set(['stale', 'future', 'replayed'])

async function control(method, base, path, body) {
  const response = await fetch(base + path, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {})
  })
  const json = await response.json()
  if (!response.ok) throw new Error(json.error)
  return json
}

async function libraryJudges(message, key) {
  if (message.signature === null || message.timestamp === null) return false
  return verifyKey(
    Buffer.from(message.body, 'base64'),
    message.signature,
    message.timestamp,
    key
  )
}

export async function compare(
  base,
  url,
  { policy = false, command = { name: 'price', options: { model: 'm' } } } = {}
) {
  const { public_key: key } = await control('GET', base, '/state')
  const { variants } = await control('GET', base, '/variants')
  const rows = []
  for (const what of [
    { interaction: { kind: 'ping' } },
    { interaction: { kind: 'command', ...command } }
  ]) {
    for (const variant of variants) {
      const reply = await control('POST', base, '/deliver', {
        url,
        variant,
        judge: false,
        ...what
      })
      const library = await libraryJudges(reply.message, key)
      const accepted = reply.status !== 401
      const want = library && !(policy && POLICY.has(variant))
      rows.push({
        kind: what.interaction.kind,
        variant,
        status: reply.status,
        library,
        accepted,
        agree: accepted === want && reply.status !== 0
      })
    }
  }
  return rows
}

if (process.argv[1] === import.meta.filename) {
  const [base, url, stale] = process.argv.slice(2)
  if (!url) {
    console.error('usage: signature.mjs CONTROL URL [STALE=accept]')
    process.exit(2)
  }
  const rows = await compare(base, url, { policy: stale !== 'STALE=accept' })
  for (const r of rows)
    console.log(
      `${r.agree ? 'agree   ' : 'DISAGREE'} ${r.kind} ${r.variant}: status ${r.status}, discord-interactions ${r.library ? 'accepts' : 'refuses'}`
    )
  const passed = rows.filter((r) => r.agree).length
  console.log(`signature: ${passed} passed, ${rows.length - passed} failed`)
  process.exitCode = passed === rows.length ? 0 : 1
}
