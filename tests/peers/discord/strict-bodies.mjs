// strict-bodies.mjs - wrong and right bodies of messages and commands: title,
// body, and where in the tree of errors the complaint stands (or its code).

export const text = (content) => ({ type: 10, content })
export const button = (more = {}) => ({
  type: 2,
  style: 1,
  label: 'x',
  custom_id: 'a',
  ...more
})
export const row = (...components) => ({ type: 1, components })
export const v2 = (...components) => ({ flags: 1 << 15, components })
const select = (more = {}) => ({
  type: 3,
  custom_id: 's',
  options: [{ label: 'a', value: 'a' }],
  ...more
})
const embed = (more) => ({ embeds: [more] })
const rows = (n) => Array.from({ length: n }, (_, i) => row(button({ custom_id: `b${i}` })))

export const BODIES = [
  ['an empty message', {}, 50006],
  ['only spaces', { content: '  ' }, 50006],
  ['content as a number', { content: 5 }, 'content'],
  ['2001 characters', { content: 'x'.repeat(2001) }, 'content'],
  ['an unknown field', { content: 'x', colour: 1 }, 'colour'],
  [
    'an unknown field deep inside',
    { content: 'x', components: [row(button({ colour: 1 }))] },
    'components.0.components.0.colour'
  ],
  ['eleven embeds', { embeds: Array(11).fill({ title: 'x' }) }, 'embeds'],
  ['an embed title of 257', embed({ title: 'x'.repeat(257) }), 'embeds.0.title'],
  [
    'an embed description of 4097',
    embed({ description: 'x'.repeat(4097) }),
    'embeds.0.description'
  ],
  [
    '26 fields',
    embed({ fields: Array(26).fill({ name: 'a', value: 'b' }) }),
    'embeds.0.fields'
  ],
  [
    'an empty field value',
    embed({ title: 'x', fields: [{ name: 'a', value: '' }] }),
    'embeds.0.fields.0.value'
  ],
  [
    'a field value of 1025',
    embed({ fields: [{ name: 'a', value: 'x'.repeat(1025) }] }),
    'embeds.0.fields.0.value'
  ],
  [
    '6001 characters in embeds',
    { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
    'embeds'
  ],
  ['an embed colour of 2^24', embed({ title: 'x', color: 1 << 24 }), 'embeds.0.color'],
  [
    'an embed image that is not there',
    embed({ image: { url: 'attachment://no.png' } }),
    'embeds.0.image.url'
  ],
  ['an empty embed', embed({}), 'embeds.0'],
  ['a nonce of 26', { content: 'x', nonce: 'n'.repeat(26) }, 'nonce'],
  ['enforce_nonce without a nonce', { content: 'x', enforce_nonce: true }, 'enforce_nonce'],
  [
    '101 allowed users',
    {
      content: 'x',
      allowed_mentions: { users: Array.from({ length: 101 }, (_, i) => String(10 ** 17 + i)) }
    },
    'allowed_mentions.users'
  ],
  [
    'parse users beside users',
    { content: 'x', allowed_mentions: { parse: ['users'], users: ['100000000000000000'] } },
    'allowed_mentions'
  ],
  [
    'an unknown mention kind',
    { content: 'x', allowed_mentions: { parse: ['all'] } },
    'allowed_mentions.parse.0'
  ],
  ['an ephemeral message by REST', { content: 'x', flags: 64 }, 'flags'],
  ['six rows', { content: 'x', components: rows(6) }, 'components'],
  [
    'six buttons in a row',
    { content: 'x', components: [row(...rows(6).map((r) => r.components[0]))] },
    'components.0.components'
  ],
  ['an empty row', { content: 'x', components: [row()] }, 'components.0.components'],
  ['a button outside a row', { content: 'x', components: [button()] }, 'components.0.type'],
  [
    'a button and a select in a row',
    { content: 'x', components: [row(button(), select())] },
    'components.0.components'
  ],
  [
    'one custom_id twice',
    { content: 'x', components: [row(button(), button())] },
    'components.0.components.1.custom_id'
  ],
  [
    'one component id twice',
    { content: 'x', components: [row(button({ id: 7 }), button({ id: 7, custom_id: 'b' }))] },
    'components.0.components.1.id'
  ],
  [
    'a custom_id of 101',
    { content: 'x', components: [row(button({ custom_id: 'x'.repeat(101) }))] },
    'components.0.components.0.custom_id'
  ],
  [
    'a label of 81',
    { content: 'x', components: [row(button({ label: 'x'.repeat(81) }))] },
    'components.0.components.0.label'
  ],
  [
    'a button without a face',
    { content: 'x', components: [row(button({ label: undefined }))] },
    'components.0.components.0.label'
  ],
  [
    'a button without a custom_id',
    { content: 'x', components: [row(button({ custom_id: undefined }))] },
    'components.0.components.0.custom_id'
  ],
  [
    'a link with a custom_id',
    { content: 'x', components: [row(button({ style: 5, url: 'https://a.b' }))] },
    'components.0.components.0.custom_id'
  ],
  [
    'a link without a url',
    { content: 'x', components: [row(button({ style: 5, custom_id: undefined }))] },
    'components.0.components.0.url'
  ],
  [
    'style 7',
    { content: 'x', components: [row(button({ style: 7 }))] },
    'components.0.components.0.style'
  ],
  [
    '26 options',
    {
      content: 'x',
      components: [
        row(
          select({
            options: Array.from({ length: 26 }, (_, i) => ({ label: 'a', value: `${i}` }))
          })
        )
      ]
    },
    'components.0.components.0.options'
  ],
  [
    'an option value twice',
    {
      content: 'x',
      components: [
        row(
          select({
            options: [
              { label: 'a', value: 'a' },
              { label: 'b', value: 'a' }
            ]
          })
        )
      ]
    },
    'components.0.components.0.options.1.value'
  ],
  [
    'max_values above the options',
    { content: 'x', components: [row(select({ max_values: 2 }))] },
    'components.0.components.0.max_values'
  ],
  [
    'a placeholder of 151',
    { content: 'x', components: [row(select({ placeholder: 'x'.repeat(151) }))] },
    'components.0.components.0.placeholder'
  ],
  ['v2 parts without the flag', { components: [text('x')] }, 'components.0.type'],
  ['v2 beside content', { ...v2(text('x')), content: 'y' }, 'content'],
  ['v2 beside embeds', { ...v2(text('x')), embeds: [{ title: 'x' }] }, 'embeds'],
  ['4001 characters of text', v2(text('x'.repeat(2000)), text('x'.repeat(2001))), 'components'],
  ['41 components', v2({ type: 17, components: Array(40).fill(text('x')) }), 'components'],
  [
    'a section without accessory',
    v2({ type: 9, components: [text('x')] }),
    'components.0.accessory'
  ],
  [
    'a section with four texts',
    v2({ type: 9, components: Array(4).fill(text('x')), accessory: button() }),
    'components.0.components'
  ],
  [
    'a container in a container',
    v2({ type: 17, components: [{ type: 17, components: [text('x')] }] }),
    'components.0.components.0.type'
  ],
  ['an empty gallery', v2({ type: 12, items: [] }), 'components.0.items'],
  [
    'eleven pictures',
    v2({ type: 12, items: Array(11).fill({ media: { url: 'https://a.b/c.png' } }) }),
    'components.0.items'
  ],
  ['a file by url', v2({ type: 13, file: { url: 'https://a.b/c' } }), 'components.0.file.url'],
  [
    'a file that was not sent',
    v2({ type: 13, file: { url: 'attachment://no.csv' } }),
    'components.0.file.url'
  ],
  [
    'an attachment that was not sent',
    { content: 'x', attachments: [{ id: 0, filename: 'a' }] },
    'attachments.0.id'
  ],
  [
    'a reply to nothing',
    { content: 'x', message_reference: { message_id: '100000000000000000' } },
    'message_reference'
  ],
  [
    'a modal part in a message',
    v2({ type: 18, label: 'x', component: { type: 4, custom_id: 'a', style: 1 } }),
    'components.0.type'
  ]
]

export const GOOD = [
  ['2000 emoji', { content: '😀'.repeat(2000) }],
  [
    '6000 in embeds',
    { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2000) }] }
  ],
  [
    'v2 at 40 components',
    v2({ type: 17, accent_color: 0, components: Array(39).fill(text('x')) })
  ],
  [
    'v2 with everything',
    v2(
      text('# a'),
      { type: 9, components: [text('b')], accessory: button() },
      { type: 14, divider: true, spacing: 2 },
      { type: 12, items: [{ media: { url: 'https://a.b/c.png' }, description: 'd' }] },
      row(select({ custom_id: 't' })),
      row({ type: 5, custom_id: 'u' })
    )
  ],
  ['five rows', { content: 'x', components: rows(5) }]
]

export const option = (more = {}) => ({ type: 3, name: 'o', description: 'd', ...more })
export const command = (more = {}) => ({ name: 'price', description: 'd', ...more })
export const COMMAND_BODIES = [
  ['an upper case name', [command({ name: 'Price' })], '0.name'],
  ['a name with a space', [command({ name: 'a b' })], '0.name'],
  ['a name of 33', [command({ name: 'x'.repeat(33) })], '0.name'],
  ['no description', [command({ description: '' })], '0.description'],
  ['a description of 101', [command({ description: 'x'.repeat(101) })], '0.description'],
  ['an unknown field', [command({ colour: 1 })], '0.colour'],
  [
    'a locale that is none',
    [command({ name_localizations: { xx: 'a' } })],
    '0.name_localizations.xx'
  ],
  [
    'a translated name in upper case',
    [command({ name_localizations: { de: 'Preis' } })],
    '0.name_localizations.de'
  ],
  [
    '26 options',
    [command({ options: Array.from({ length: 26 }, (_, i) => option({ name: `o${i}` })) })],
    '0.options'
  ],
  [
    '26 choices',
    [
      command({
        options: [
          option({
            choices: Array.from({ length: 26 }, (_, i) => ({ name: `${i}`, value: `${i}` }))
          })
        ]
      })
    ],
    '0.options.0.choices'
  ],
  [
    'choices beside autocomplete',
    [
      command({
        options: [option({ choices: [{ name: 'a', value: 'a' }], autocomplete: true })]
      })
    ],
    '0.options.0.choices'
  ],
  [
    'required after optional',
    [command({ options: [option(), option({ name: 'p', required: true })] })],
    '0.options.1'
  ],
  ['an option twice', [command({ options: [option(), option()] })], '0.options.1.name'],
  [
    'a sub-command beside an option',
    [command({ options: [{ type: 1, name: 's', description: 'd' }, option()] })],
    '0.options'
  ],
  [
    'a group in a group',
    [
      command({
        options: [
          {
            type: 2,
            name: 'g',
            description: 'd',
            options: [{ type: 2, name: 'h', description: 'd', options: [] }]
          }
        ]
      })
    ],
    '0.options.0.options.0.type'
  ],
  [
    'an integer choice that is a text',
    [command({ options: [option({ type: 4, choices: [{ name: 'a', value: 'a' }] })] })],
    '0.options.0.choices.0.value'
  ],
  [
    'more than 8000 characters',
    [
      command({
        options: Array.from({ length: 4 }, (_, i) =>
          option({
            name: `o${i}`,
            choices: Array.from({ length: 25 }, (_, j) => ({
              name: `${j}`.padEnd(50, 'x'),
              value: `${j}`.padEnd(50, 'y')
            }))
          })
        )
      })
    ],
    '0'
  ],
  ['one name twice', [command(), command()], '_'],
  [
    'a description on a user command',
    [{ type: 2, name: 'Look', description: 'd' }],
    '0.description'
  ],
  ['a body that is no list', command(), '_'],
  ['101 commands', Array.from({ length: 101 }, (_, i) => command({ name: `c${i}` })), 30032]
]
