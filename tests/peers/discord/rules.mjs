// rules.mjs - what makes a body a message: the schema, then the rules between
// its fields.
import { invalidBody, refuse } from './answer.mjs'
import { messageComponents } from './components.mjs'
import * as lim from './limits.mjs'
import { errorAdd, schemaErrors, textLength } from './schema.mjs'

const V2_FORBIDS = ['content', 'embeds', 'sticker_ids', 'poll']

// discord.js sends these to every route that takes a message; where a route
// has no such field the API ignores it. Only "no" is taken for ignored here.
const SIBLINGS = [
  'tts',
  'enforce_nonce',
  'nonce',
  'sticker_ids',
  'poll',
  'message_reference',
  'username',
  'avatar_url',
  'thread_name',
  'applied_tags'
]

export function dropInert(body) {
  for (const key of SIBLINGS)
    if (body && (body[key] === false || body[key] === null)) delete body[key]
}

// The API takes numbers for the ids of attachments; the schemas do not say so.
function attachmentIds(json) {
  for (const a of Array.isArray(json?.attachments) ? json.attachments : []) {
    if (a && Number.isInteger(a.id)) a.id = String(a.id)
  }
}

// Uploaded and kept attachments by name.
function filesOf(tree, json, files, before) {
  const names = new Map([...files].map(([n, f]) => [f.name, n]))
  const kept = before?.attachments ?? []
  for (const [i, a] of (json.attachments ?? []).entries()) {
    const old = kept.find((k) => k.id === a.id)
    if (!files.has(a.id) && !old) {
      errorAdd(
        tree,
        ['attachments', i, 'id'],
        'ATTACHMENT_NOT_FOUND',
        `There is no files[${a.id}] and no such attachment`
      )
    }
    if (a.filename) names.set(a.filename, a.id)
    else if (old) names.set(old.filename, a.id)
  }
  if (!json.attachments) for (const k of kept) names.set(k.filename, k.id)
  return names
}

function embedRules(tree, embeds, names) {
  let total = 0
  for (const [i, e] of embeds.entries()) {
    const texts = [
      e.title,
      e.description,
      e.footer?.text,
      e.author?.name,
      ...(e.fields ?? []).flatMap((f) => [f.name, f.value])
    ]
    const size = texts.reduce((n, t) => n + textLength(t ?? ''), 0)
    total += size
    if (!size && !e.image && !e.thumbnail) {
      errorAdd(
        tree,
        ['embeds', i],
        'MODEL_TYPE_EMBED_EMPTY',
        'An embed without anything to show'
      )
    }
    for (const [j, f] of (e.fields ?? []).entries()) {
      for (const key of ['name', 'value']) {
        if (!String(f[key] ?? '').trim())
          errorAdd(
            tree,
            ['embeds', i, 'fields', j, key],
            'BASE_TYPE_REQUIRED',
            'This field is required'
          )
      }
    }
    for (const key of ['image', 'thumbnail']) {
      const url = e[key]?.url
      const name = /^attachment:\/\/(.+)$/.exec(url ?? '')?.[1]
      if (name ? !names.has(name) : url && !/^https?:\/\//.test(url)) {
        errorAdd(
          tree,
          ['embeds', i, key, 'url'],
          name ? 'ATTACHMENT_NOT_FOUND' : 'URL_TYPE_INVALID_SCHEME',
          `${url} leads nowhere`
        )
      }
    }
  }
  if (total > lim.EMBED_TOTAL_MAX) {
    errorAdd(
      tree,
      ['embeds'],
      'MAX_EMBED_SIZE_EXCEEDED',
      `Embed size exceeds maximum size of ${lim.EMBED_TOTAL_MAX}`
    )
  }
}

function mentionRules(tree, m) {
  if (!m) return
  for (const kind of ['users', 'roles']) {
    const list = m[kind] ?? []
    if (list.length && m.parse?.includes(kind)) {
      errorAdd(
        tree,
        ['allowed_mentions'],
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`
      )
    }
    if (new Set(list).size !== list.length)
      errorAdd(
        tree,
        ['allowed_mentions', kind],
        'SET_TYPE_ALREADY_CONTAINS_VALUE',
        'The set already contains this value'
      )
  }
}

function flagRules(tree, flags, allowed) {
  if (flags && (!Number.isInteger(flags) || flags & ~allowed)) {
    errorAdd(
      tree,
      ['flags'],
      'MESSAGE_FLAGS_INVALID',
      `Only the flags ${allowed} can be set here`
    )
  }
}

function contentRules(tree, json, v2, before) {
  if (textLength(json.content ?? '') > lim.CONTENT_MAX) {
    errorAdd(
      tree,
      ['content'],
      'BASE_TYPE_BAD_LENGTH',
      `Must be ${lim.CONTENT_MAX} or fewer in length.`
    )
  }
  if (!v2) return
  for (const key of V2_FORBIDS) {
    const given = json[key] !== undefined ? json[key] : before?.[key]
    if (given && given.length !== 0) {
      errorAdd(
        tree,
        [key],
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
      )
    }
  }
}

const EMPTY_KEYS = ['content', 'embeds', 'components', 'attachments', 'sticker_ids', 'poll']

function isEmpty(json, files, before) {
  const has = (key) => {
    const v = json[key] === undefined ? before?.[key] : json[key]
    return typeof v === 'string'
      ? v.trim() !== ''
      : Array.isArray(v)
        ? v.length > 0
        : Boolean(v)
  }
  return files.size === 0 && !EMPTY_KEYS.some(has)
}

// Refuses a body that is no message. `before` is the message it edits. `base`
// is where in the body the message stands (a callback has it under data).
export function checkMessage({ schema, json, files, before, flags, base = [] }) {
  const body = base.reduce((b, k) => b?.[k], json)
  attachmentIds(body)
  dropInert(body)
  const wrong = schema && schemaErrors(schema, json)
  if (wrong) invalidBody(wrong)
  const tree = {}
  const v2 = Boolean(((body.flags ?? 0) | (before?.flags ?? 0)) & lim.FLAG_V2)
  flagRules(tree, body.flags, flags)
  if (
    before &&
    before.flags & lim.FLAG_V2 &&
    body.flags !== undefined &&
    body.flags !== null &&
    !(body.flags & lim.FLAG_V2)
  ) {
    errorAdd(
      tree,
      ['flags'],
      'MESSAGE_COMPONENTS_V2_STICKS',
      'IS_COMPONENTS_V2 cannot be taken back'
    )
  }
  contentRules(tree, body, v2, before)
  const names = filesOf(tree, body, files, before)
  embedRules(tree, body.embeds ?? [], names)
  mentionRules(tree, body.allowed_mentions)
  messageComponents(tree, body.components ?? [], v2, names)
  if (Object.keys(tree).length) invalidBody(base.length ? { [base[0]]: tree } : tree)
  if (isEmpty(body, files, before)) refuse(400, 50006, 'Cannot send an empty message')
}
