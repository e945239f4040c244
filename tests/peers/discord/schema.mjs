// schema.mjs - the published request schemas, made strict: an unknown field is
// refused, text is counted in code points, and what is wrong is told in the
// tree of errors that Discord answers with.
import * as spec from 'discord-api-spec/zod'
import * as z from 'zod/mini'

z.config(z.locales.en())
const made = new Map()
const points = (s) => {
  let n = 0
  for (const _ of s) n++
  return n
}

// zod counts UTF-16 units; the API counts code points.
function recount(check) {
  const def = check._zod.def
  if (def.check === 'max_length') {
    return z.refine((s) => points(s) <= def.maximum, {
      error: `Must be ${def.maximum} or fewer in length.`,
      params: { code: 'BASE_TYPE_MAX_LENGTH' }
    })
  }
  if (def.check === 'min_length') {
    return z.refine((s) => points(s) >= def.minimum, {
      error: `Must be ${def.minimum} or more in length.`,
      params: { code: 'BASE_TYPE_MIN_LENGTH' }
    })
  }
  return check
}

const mapValues = (o, f) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, f(v)]))

function rebuild(schema) {
  const def = schema._zod.def
  const again = (more) => z.clone(schema, { ...def, ...more })
  switch (def.type) {
    case 'object':
      return again({ shape: mapValues(def.shape, strict), catchall: z.never() })
    case 'array':
      return again({ element: strict(def.element) })
    case 'union':
      return again({ options: def.options.map(strict) })
    case 'lazy':
      return z.lazy(() => strict(def.getter()))
    case 'nullable':
    case 'optional':
      return again({ innerType: strict(def.innerType) })
    case 'record':
      return again({ valueType: strict(def.valueType) })
    case 'string':
      return def.checks ? again({ checks: def.checks.map(recount) }) : schema
    default:
      return schema
  }
}

export function strict(schema) {
  if (!made.has(schema)) made.set(schema, rebuild(schema))
  return made.get(schema)
}

const at = (tree, path) => path.reduce((node, key) => (node[key] ??= {}), tree)

export function errorAdd(tree, path, code, message) {
  ;(at(tree, path)._errors ??= []).push({ code, message })
}

// Of the branches of a union, the one the client seems to have meant: the
// `type` fits, then the fewest complaints.
function branchMeant(issues) {
  const cost = (list) =>
    list.length +
    (list.some((i) => i.path[0] === 'type') ? 1000 : 0) +
    (list.some((i) => i.path.length === 0) ? 500 : 0)
  return issues.reduce((a, b) => (cost(b) < cost(a) ? b : a))
}

const TYPES = {
  string: 'BASE_TYPE_BAD_STRING',
  number: 'NUMBER_TYPE_COERCE',
  int: 'NUMBER_TYPE_COERCE',
  boolean: 'BOOLEAN_TYPE_CONVERT',
  array: 'LIST_TYPE_CONVERT',
  object: 'DICT_TYPE_CONVERT',
  record: 'DICT_TYPE_CONVERT'
}

function issueCode(i, value) {
  switch (i.code) {
    case 'invalid_type':
      return value === undefined
        ? 'BASE_TYPE_REQUIRED'
        : (TYPES[i.expected] ?? 'BASE_TYPE_CONVERT')
    case 'too_big':
      return i.origin === 'number' ? 'NUMBER_TYPE_MAX' : 'BASE_TYPE_BAD_LENGTH'
    case 'too_small':
      return i.origin === 'number' ? 'NUMBER_TYPE_MIN' : 'BASE_TYPE_BAD_LENGTH'
    case 'unrecognized_keys':
      return 'UNKNOWN_FIELD'
    case 'invalid_value':
      return 'BASE_TYPE_CHOICES'
    case 'invalid_format':
      return i.format === 'url' ? 'URL_TYPE_INVALID_URL' : 'STRING_TYPE_REGEX'
    case 'custom':
      return i.params?.code ?? 'BASE_TYPE_BAD_LENGTH'
    default:
      return 'BASE_TYPE_CONVERT'
  }
}

function collect(tree, issues, base, body) {
  for (const issue of issues) {
    const path = [...base, ...issue.path]
    if (issue.code === 'invalid_union' && issue.errors.length) {
      collect(tree, branchMeant(issue.errors), path, body)
      continue
    }
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        errorAdd(tree, [...path, key], 'UNKNOWN_FIELD', `Unknown field ${key}.`)
      }
      continue
    }
    const value = path.reduce((v, k) => v?.[k], body)
    errorAdd(
      tree,
      path,
      issueCode(issue, value),
      value === undefined ? 'This field is required' : issue.message
    )
  }
}

// null when the body fits, else the tree of what does not.
export function schemaErrors(name, body) {
  const answer = z.safeParse(strict(spec[`${name}Schema`]), body)
  if (answer.success) return null
  const tree = {}
  collect(tree, answer.error.issues, [], body)
  return tree
}

// The first complaint of a tree, for a person.
export function errorText(tree, path = []) {
  for (const [key, node] of Object.entries(tree)) {
    if (key === '_errors')
      return `${path.join('.') || 'body'}: ${node[0].code} ${node[0].message}`
    const text = errorText(node, [...path, key])
    if (text) return text
  }
  return null
}
export const textLength = points
