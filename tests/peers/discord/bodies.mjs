// bodies.mjs - reads JSON lines {kind, body} and holds every body against the
// published schemas and the rules of the stand-in.
//
//   build/.../discord_bodies | node bodies.mjs
import { createInterface } from 'node:readline'
import { schemaErrors } from './schema.mjs'

// Kinds, as the program names them, and the schema of each.
const SCHEMA = {
  message: 'MessageCreateRequest',
  modal: 'ModalInteractionCallbackRequestData',
  commands: 'ApplicationCommandUpdateRequest'
}
const CALLBACK = {
  4: 'CreateMessageInteractionCallbackRequest',
  5: 'CreateMessageInteractionCallbackRequest',
  6: 'UpdateMessageInteractionCallbackRequest',
  7: 'UpdateMessageInteractionCallbackRequest',
  8: 'ApplicationCommandAutocompleteCallbackRequest',
  9: 'ModalInteractionCallbackRequest'
}

let count = 0
let bad = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { kind, body } = JSON.parse(line)
  const list = kind === 'commands' ? body : [body]
  for (const one of list) {
    const wrong = schemaErrors(kind === 'callback' ? CALLBACK[one.type] : SCHEMA[kind], one)
    count++
    if (wrong) {
      bad++
      console.log(`${kind}: ${JSON.stringify(wrong).slice(0, 400)} in ${line.slice(0, 200)}`)
    }
  }
}
console.log(`peer-discord-bodies: ${count - bad} of ${count} bodies fit the published schemas`)
process.exit(bad > 0 || count === 0 ? 1 : 0)
