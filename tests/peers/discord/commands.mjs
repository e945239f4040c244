// commands.mjs - the registration of application commands and its limits.
import { invalidBody, refuse } from './answer.mjs'
import { COMMAND_TEXT_MAX, COMMANDS_MAX, LOCALES } from './limits.mjs'
import { errorAdd, schemaErrors, textLength } from './schema.mjs'
import { snowflake } from './snowflake.mjs'

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
const DAY_MS = 86_400_000

// The schemas leave the type of an option out of what they check deeply; so
// the rules are told of one command, then of each option in it.
class Check {
  constructor(tree) {
    this.tree = tree
    this.text = 0
  }
  bad(path, code, message) {
    errorAdd(this.tree, path, code, message)
  }

  // The longest of a text and its translations counts.
  count(text, translations) {
    this.text += Math.max(...[text ?? '', ...Object.values(translations ?? {})].map(textLength))
  }

  locales(o, key, path) {
    for (const locale of Object.keys(o[`${key}_localizations`] ?? {})) {
      if (!LOCALES.has(locale))
        this.bad(
          [...path, `${key}_localizations`, locale],
          'BASE_TYPE_CHOICES',
          `${locale} is no locale of Discord`
        )
    }
    this.count(o[key], o[`${key}_localizations`])
  }

  slashName(o, path) {
    for (const [where, name] of [
      [['name'], o.name],
      ...Object.entries(o.name_localizations ?? {}).map(([l, n]) => [
        ['name_localizations', l],
        n
      ])
    ]) {
      if (!NAME.test(name) || name !== name.toLowerCase()) {
        this.bad(
          [...path, ...where],
          'APPLICATION_COMMAND_INVALID_NAME',
          'Command name is invalid'
        )
      }
    }
  }

  named(o, path) {
    this.slashName(o, path)
    this.locales(o, 'name', path)
    this.locales(o, 'description', path)
  }

  options(options, path, depth) {
    const names = new Set()
    let optional = false
    const subs = options.filter((o) => o.type <= 2).length
    if (subs && subs !== options.length)
      this.bad(
        path,
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'Sub-commands and other options do not mix'
      )
    for (const [i, o] of options.entries()) {
      const at = [...path, i]
      this.named(o, at)
      if (names.has(o.name))
        this.bad(
          [...at, 'name'],
          'APPLICATION_COMMAND_OPTIONS_NAME_INVALID',
          'Option name is used twice'
        )
      names.add(o.name)
      if (o.required && optional)
        this.bad(
          at,
          'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
          'Required options must be placed before non-required options'
        )
      optional ||= o.type > 2 && !o.required
      this.option(o, at, depth)
    }
  }

  option(o, at, depth) {
    if (o.type === 2 && depth > 0)
      this.bad(
        [...at, 'type'],
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'A group stands at the top only'
      )
    if (o.type === 2 && !o.options?.length)
      this.bad([...at, 'options'], 'BASE_TYPE_REQUIRED', 'A group has sub-commands')
    if (o.type <= 2) {
      if (o.required !== undefined && o.required !== null)
        this.bad(
          [...at, 'required'],
          'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
          'A sub-command is not required'
        )
      return this.options(o.options ?? [], [...at, 'options'], depth + 1)
    }
    if (o.choices?.length && o.autocomplete)
      this.bad(
        [...at, 'choices'],
        'APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE',
        'choices and autocomplete exclude each other'
      )
    const [low, high] = o.type === 3 ? [o.min_length, o.max_length] : [o.min_value, o.max_value]
    if (low !== null && high !== null && low > high)
      this.bad(at, 'APPLICATION_COMMAND_OPTIONS_RANGE', 'The minimum is above the maximum')
    this.choices(o, at)
  }

  choices(o, at) {
    const names = new Set()
    for (const [i, c] of (o.choices ?? []).entries()) {
      const path = [...at, 'choices', i]
      this.locales(c, 'name', path)
      this.text += o.type === 3 ? textLength(c.value) : 0
      if (o.type === 3 && textLength(c.value) > 100)
        this.bad([...path, 'value'], 'BASE_TYPE_BAD_LENGTH', 'Must be 100 or fewer in length.')
      if (names.has(c.name))
        this.bad(
          [...path, 'name'],
          'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE',
          'Choice name is used twice'
        )
      names.add(c.name)
      if (o.type === 4 && !Number.isInteger(c.value))
        this.bad([...path, 'value'], 'NUMBER_TYPE_COERCE', 'Not an integer')
    }
  }

  command(c, path) {
    const type = c.type ?? 1
    if (type === 1) {
      this.named(c, path)
      if (!(c.description ?? '').trim())
        this.bad([...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required')
    } else {
      this.locales(c, 'name', path)
      if (c.description && type !== 4)
        this.bad(
          [...path, 'description'],
          'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID',
          'Context menu commands cannot have description'
        )
      if (c.options?.length)
        this.bad(
          [...path, 'options'],
          'APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID',
          'Context menu commands cannot have options'
        )
    }
    this.options(c.options ?? [], [...path, 'options'], 0)
    if (this.text > COMMAND_TEXT_MAX)
      this.bad(
        path,
        'APPLICATION_COMMAND_TOO_LARGE',
        `Command exceeds maximum size (${COMMAND_TEXT_MAX}): ${this.text}`
      )
    this.text = 0
  }
}

// Permissions are a decimal text in the documents and a number in the schemas;
// the API takes both.
function withNumber(c) {
  const bits = c?.default_member_permissions
  return typeof bits === 'string' && /^[0-9]{1,20}$/.test(bits)
    ? { ...c, default_member_permissions: Number(bits) }
    : c
}

function checkAll(list) {
  const tree = {}
  const counts = {}
  const seen = new Set()
  if (!Array.isArray(list))
    invalidBody({
      _errors: [
        { code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' }
      ]
    })
  for (const [i, c] of list.entries()) {
    const wrong = schemaErrors('ApplicationCommandUpdateRequest', withNumber(c))
    if (wrong) {
      tree[i] = wrong
      continue
    }
    new Check(tree).command(c, [i])
    const type = c.type ?? 1
    counts[type] = (counts[type] ?? 0) + 1
    if (seen.has(`${type}:${c.name}`))
      errorAdd(
        tree,
        [],
        'APPLICATION_COMMANDS_DUPLICATE_NAME',
        `Application command names must be unique: ${c.name}`
      )
    seen.add(`${type}:${c.name}`)
  }
  if (Object.keys(tree).length) invalidBody(tree)
  for (const [type, n] of Object.entries(counts)) {
    if (n > COMMANDS_MAX[type])
      refuse(
        400,
        30032,
        `Maximum number of application commands reached (${COMMANDS_MAX[type]})`
      )
  }
}

function scopeOf(fake, { application, guild }) {
  const { state } = fake
  if (application !== state.appId)
    refuse(403, 20012, 'You are not authorized to perform this action on this application')
  if (!guild) return 'global'
  if (!state.guilds.has(guild) || state.guilds.get(guild).revoked)
    refuse(403, 50001, 'Missing Access')
  if (!state.commands.has(guild)) state.commands.set(guild, new Map())
  return guild
}

// Fills in what the server fills in.
function finished(fake, c, id, scope) {
  const type = c.type ?? 1
  const made = {
    id,
    application_id: fake.state.appId,
    version: snowflake(),
    default_member_permissions:
      c.default_member_permissions == null ? null : String(c.default_member_permissions),
    type,
    name: c.name,
    name_localizations: c.name_localizations ?? null,
    description: c.description ?? '',
    description_localizations: c.description_localizations ?? null,
    dm_permission: c.dm_permission ?? true,
    contexts: c.contexts ?? null,
    integration_types: c.integration_types ?? [0],
    nsfw: c.nsfw ?? false
  }
  if (c.options?.length) made.options = c.options
  if (scope !== 'global') made.guild_id = scope
  return made
}

// Creations of a day are counted; a command that stays is not one.
function createLimit(fake, scope, n) {
  const { state } = fake
  const day = state.created.get(scope) ?? { start: Date.now(), count: 0 }
  if (Date.now() - day.start > DAY_MS) Object.assign(day, { start: Date.now(), count: 0 })
  state.created.set(scope, day)
  if (day.count + n > state.config.commands_created_max) {
    refuse(
      400,
      30034,
      `Max number of daily application command creates has been reached (${state.config.commands_created_max})`
    )
  }
  day.count += n
}

function putAll(fake, params) {
  const scope = scopeOf(fake, params)
  checkAll(params.json)
  const old = fake.state.commands.get(scope)
  const byName = new Map([...old.values()].map((c) => [`${c.type}:${c.name}`, c]))
  const key = (c) => `${c.type ?? 1}:${c.name}`
  createLimit(fake, scope, params.json.filter((c) => !byName.has(key(c))).length)
  const made = params.json.map((c) =>
    finished(fake, c, byName.get(key(c))?.id ?? snowflake(), scope)
  )
  fake.state.commands.set(scope, new Map(made.map((c) => [c.id, c])))
  fake.state.touch()
  return made
}

const bare = (v) =>
  Array.isArray(v)
    ? v.map(bare)
    : v && typeof v === 'object'
      ? Object.fromEntries(
          Object.entries(v)
            .filter(([k]) => !k.endsWith('_localizations'))
            .map(([k, w]) => [k, bare(w)])
        )
      : v

function getAll(fake, params) {
  const all = [...fake.state.commands.get(scopeOf(fake, params)).values()]
  return params.query.get('with_localizations') === 'true' ? all : all.map(bare)
}

const GLOBAL = '/applications/{application}/commands'
const GUILD = '/applications/{application}/guilds/{guild}/commands'

export const commandRoutes = Object.fromEntries(
  [GLOBAL, GUILD].flatMap((path) => [
    [`GET ${path}`, { query: ['with_localizations'], run: getAll }],
    [`PUT ${path}`, { body: 'json', run: putAll }]
  ])
)
