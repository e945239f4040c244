// body.mjs - the body of a REST request: JSON, or a form with payload_json and
// files[n]. Anything else is refused as Discord refuses it.
import { FILES_MAX } from './limits.mjs'
import { invalidBody, refuse } from './answer.mjs'

export function readBytes(request, max) {
  return new Promise((resolve, reject) => {
    const parts = []
    let size = 0
    request.on('data', (part) => {
      size += part.length
      if (size <= max) parts.push(part)
    })
    request.on('end', () => resolve(size > max ? null : Buffer.concat(parts)))
    request.on('error', reject)
    request.on('aborted', () => reject(new Error('aborted')))
  })
}

function parseJson(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    return JSON.parse(text.decode(bytes))
  } catch {
    return refuse(400, 50109, 'The request body contains invalid JSON.')
  }
}

const wrongType = (types) =>
  invalidBody({
    _errors: [
      {
        code: 'CONTENT_TYPE_INVALID',
        message: `Expected "Content-Type" header to be one of {${types.map((t) => `'${t}'`).join(', ')}}.`
      }
    ]
  })

async function parseForm(bytes, type, config) {
  let form
  try {
    form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    return refuse(400, 50035, 'Invalid Form Body', {
      errors: { _errors: [{ code: 'FORM_INVALID', message: 'The form cannot be read.' }] }
    })
  }
  const files = new Map()
  let json
  for (const [name, value] of form) {
    const at = /^files\[(0|[1-9][0-9]*)\]$/.exec(name)
    if (name === 'payload_json') {
      if (json !== undefined)
        invalidBody({
          payload_json: { _errors: [{ code: 'FIELD_TWICE', message: 'payload_json twice' }] }
        })
      json = parseJson(
        typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer())
      )
    } else if (at && typeof value !== 'string' && !files.has(at[1])) {
      if (value.size > config.file_bytes_max) refuse(400, 40005, 'Request entity too large')
      files.set(at[1], {
        name: value.name,
        size: value.size,
        type: value.type,
        bytes: Buffer.from(await value.arrayBuffer())
      })
    } else {
      invalidBody({
        [name]: { _errors: [{ code: 'UNKNOWN_FIELD', message: `Unknown form field ${name}.` }] }
      })
    }
  }
  if (files.size > FILES_MAX)
    refuse(400, 30015, `Maximum number of attachments in a message reached (${FILES_MAX})`)
  return { json: json ?? {}, files }
}

// Returns { json, files }; `forms` says whether the route takes files.
export async function parseBody(bytes, type, forms, config) {
  if (bytes === null) refuse(413, 40005, 'Request entity too large')
  const kind = (type ?? '').split(';')[0].trim().toLowerCase()
  if (forms && kind === 'multipart/form-data') return parseForm(bytes, type, config)
  if (kind !== 'application/json') {
    wrongType(['application/json', ...(forms ? ['multipart/form-data'] : [])])
  }
  return { json: parseJson(bytes), files: new Map() }
}
