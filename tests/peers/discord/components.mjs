// components.mjs - what the schemas do not know of components: which fields go
// together, how many there may be, what must be unique, what must exist.
import { COMPONENTS_MAX, ROWS_MAX, TEXT_TOTAL_MAX } from './limits.mjs'
import { errorAdd, textLength } from './schema.mjs'

const SELECTS = new Set([3, 5, 6, 7, 8])
const V2 = new Set([9, 10, 11, 12, 13, 14, 17])

class Walk {
  constructor(tree, files, modal) {
    Object.assign(this, { tree, files, modal, count: 0, text: 0 })
    this.customIds = new Set()
    this.ids = new Set()
  }

  bad(path, code, message) {
    errorAdd(this.tree, path, code, message)
  }

  list(components, path) {
    for (const [i, c] of (components ?? []).entries()) this.one(c, [...path, i])
  }

  one(c, path) {
    this.count++
    if (c.id) {
      if (this.ids.has(c.id))
        this.bad(
          [...path, 'id'],
          'COMPONENT_ID_DUPLICATED',
          `Component id ${c.id} is used twice`
        )
      this.ids.add(c.id)
    }
    if (typeof c.custom_id === 'string') this.customId(c, path)
    switch (c.type) {
      case 1:
        this.row(c, path)
        break
      case 2:
        this.button(c, path)
        break
      case 3:
      case 5:
      case 6:
      case 7:
      case 8:
        this.select(c, path)
        break
      case 4:
        this.input(c, path)
        break
      case 9:
        this.list(c.components, [...path, 'components'])
        this.one(c.accessory, [...path, 'accessory'])
        break
      case 10:
        this.text += textLength(c.content)
        this.notEmpty(c.content, [...path, 'content'])
        break
      case 11:
        this.media(c.media, [...path, 'media'])
        break
      case 12:
        c.items.forEach((item, i) => this.media(item.media, [...path, 'items', i, 'media']))
        break
      case 13:
        this.file(c.file, [...path, 'file'])
        break
      case 17:
        this.list(c.components, [...path, 'components'])
        break
      case 18:
        this.one(c.component, [...path, 'component'])
        break
      case 21:
      case 22:
        this.group(c, path)
        break
    }
  }

  customId(c, path) {
    if (this.customIds.has(c.custom_id)) {
      this.bad(
        [...path, 'custom_id'],
        'COMPONENT_CUSTOM_ID_DUPLICATED',
        'Component custom id cannot be duplicated'
      )
    }
    this.customIds.add(c.custom_id)
  }

  notEmpty(text, path) {
    if (!text.trim()) this.bad(path, 'BASE_TYPE_REQUIRED', 'This field is required')
  }

  row(c, path) {
    const selects = c.components.filter((x) => SELECTS.has(x.type)).length
    if (selects > 1 || (selects === 1 && c.components.length > 1)) {
      this.bad(
        [...path, 'components'],
        'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
        'The maximum width of an action row is 5: one select or five buttons'
      )
    }
    this.list(c.components, [...path, 'components'])
  }

  button(c, path) {
    const face = (c.label ?? '') !== '' || c.emoji
    const say = (key, ok, code, text) => {
      if (!ok) this.bad([...path, key], code, text)
    }
    if (c.style === 6) {
      say('sku_id', c.sku_id, 'BASE_TYPE_REQUIRED', 'A premium button needs a sku')
      say(
        'style',
        !c.label && !c.emoji && !c.custom_id && !c.url,
        'BUTTON_COMPONENT_INVALID',
        'A premium button has nothing but a sku'
      )
      return
    }
    say(
      'label',
      face,
      'BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL',
      'A button must have a label or an emoji'
    )
    say('sku_id', !c.sku_id, 'BUTTON_COMPONENT_INVALID', 'Only a premium button has a sku')
    if (c.style === 5) {
      say('url', c.url, 'BASE_TYPE_REQUIRED', 'A url is required')
      say(
        'url',
        !c.url || /^(https?|discord):\/\//.test(c.url),
        'URL_TYPE_INVALID_SCHEME',
        'Scheme must be one of http, https, discord'
      )
      say(
        'custom_id',
        !c.custom_id,
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A custom id and url cannot both be specified'
      )
    } else {
      say(
        'custom_id',
        c.custom_id,
        'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED',
        'A custom id is required'
      )
      say(
        'url',
        !c.url,
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A custom id and url cannot both be specified'
      )
    }
  }

  range(c, path, most) {
    const low = c.min_values ?? 1
    const high = c.max_values ?? (c.type === 22 ? most : 1)
    if (low > high)
      this.bad(
        [...path, 'min_values'],
        'COMPONENT_MIN_VALUES',
        'min_values is above max_values'
      )
    if (most !== null && Math.max(low, high) > most)
      this.bad(
        [...path, 'max_values'],
        'COMPONENT_MAX_VALUES',
        `There are only ${most} options`
      )
    return [low, high]
  }

  unique(options, path) {
    const seen = new Set()
    for (const [i, o] of options.entries()) {
      if (seen.has(o.value))
        this.bad(
          [...path, 'options', i, 'value'],
          'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
          'The specified option value is already used'
        )
      seen.add(o.value)
    }
  }

  select(c, path) {
    const [low, high] = this.range(c, path, c.type === 3 ? c.options.length : null)
    if (c.type === 3) {
      this.unique(c.options, path)
      const chosen = c.options.filter((o) => o.default).length
      if (chosen > high)
        this.bad(
          [...path, 'options'],
          'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES',
          'More defaults than max_values'
        )
    } else if (
      c.default_values &&
      (c.default_values.length > high || c.default_values.length < low)
    ) {
      this.bad(
        [...path, 'default_values'],
        'SELECT_COMPONENT_DEFAULT_VALUES',
        'default_values is outside min_values and max_values'
      )
    }
    if (!this.modal && c.required !== undefined) {
      this.bad(
        [...path, 'required'],
        'COMPONENT_REQUIRED_NOT_IN_MODAL',
        'required is for modals only'
      )
    }
    if (this.modal && c.disabled)
      this.bad(
        [...path, 'disabled'],
        'COMPONENT_DISABLED_IN_MODAL',
        'A select in a modal cannot be disabled'
      )
    if (this.modal && (c.required ?? true) && c.min_values === 0) {
      this.bad(
        [...path, 'required'],
        'COMPONENT_REQUIRED',
        'required must be false when min_values is 0'
      )
    }
  }

  group(c, path) {
    this.unique(c.options, path)
    if (c.type === 21 && c.options.filter((o) => o.default).length > 1) {
      this.bad(
        [...path, 'options'],
        'RADIO_TOO_MANY_DEFAULTS',
        'Only one option can be the default'
      )
    }
    if (c.type === 22) this.range(c, path, c.options.length)
  }

  input(c, path) {
    if (path.at(-1) === 'component' && c.label) {
      this.bad(
        [...path, 'label'],
        'TEXT_INPUT_LABEL_IN_LABEL',
        'label is not allowed within a Label'
      )
    }
    if (path.at(-1) !== 'component' && !c.label)
      this.bad([...path, 'label'], 'BASE_TYPE_REQUIRED', 'This field is required')
    if ((c.min_length ?? 0) > (c.max_length ?? 4000)) {
      this.bad(
        [...path, 'min_length'],
        'TEXT_INPUT_MIN_LENGTH',
        'min_length is above max_length'
      )
    }
    const length = textLength(c.value ?? '')
    if (c.value && (length < (c.min_length ?? 0) || length > (c.max_length ?? 4000))) {
      this.bad(
        [...path, 'value'],
        'BASE_TYPE_BAD_LENGTH',
        'value does not fit min_length and max_length'
      )
    }
  }

  media(media, path) {
    if (/^https?:\/\//.test(media.url)) return
    this.file(media, path)
  }

  file(media, path) {
    const name = /^attachment:\/\/(.+)$/.exec(media.url)?.[1]
    if (!name)
      return this.bad(
        [...path, 'url'],
        'URL_TYPE_INVALID_SCHEME',
        'Only attachment:// is supported here'
      )
    if (!this.files.has(name))
      this.bad(
        [...path, 'url'],
        'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
        `The referenced attachment ${name} was not found`
      )
  }
}

// Adds what is wrong with a message's components to `tree`.
export function messageComponents(tree, components, v2, files) {
  const walk = new Walk(tree, files, false)
  const path = ['components']
  for (const [i, c] of components.entries()) {
    if (!v2 && V2.has(c.type)) {
      walk.bad(
        [...path, i, 'type'],
        'BASE_TYPE_CHOICES',
        'Value of field "type" must be one of (1,): this needs the flag IS_COMPONENTS_V2'
      )
    }
  }
  if (!v2 && components.length > ROWS_MAX)
    walk.bad(path, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${ROWS_MAX} in length.`)
  walk.list(components, path)
  if (v2 && walk.count > COMPONENTS_MAX)
    walk.bad(
      path,
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      `${walk.count} components, at most ${COMPONENTS_MAX}`
    )
  if (walk.text > TEXT_TOTAL_MAX)
    walk.bad(
      path,
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `${walk.text} characters of text, at most ${TEXT_TOTAL_MAX}`
    )
}

// And with those of a modal.
export function modalComponents(tree, data) {
  const walk = new Walk(tree, new Map(), true)
  const path = ['data', 'components']
  if (data.components.length > ROWS_MAX)
    walk.bad(path, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${ROWS_MAX} in length.`)
  walk.list(data.components, path)
  if (walk.customIds.size === 0)
    walk.bad(path, 'MODAL_WITHOUT_INPUT', 'A modal asks at least one thing')
}
