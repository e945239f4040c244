/* limits.h - every bound of what is sent to Discord, with its reason.
 *
 * Discord counts characters (code points). Here UTF-16 units are counted
 * instead, which are never fewer, so that both readings are held. */
#ifndef DISCORD_LIMITS_H
#define DISCORD_LIMITS_H

/* ---- cards: Discord's limits of messages, components and embeds ---- */

/* All text displays of one message together. */
#define DISCORD_TEXT_MAX 4000

/* Text is weighed in fifths of a unit. Beside the limit of characters there
 * is one of about 10,170 bytes over all text displays, which answers with a
 * server error; a character of three bytes weighs 7, so 4,000 units of weight
 * are at most 8,571 bytes and the rest stays free for other components. */
#define DISCORD_WEIGHT_ONE  5
#define DISCORD_WEIGHT_WIDE 7

#define DISCORD_COMPONENTS_MAX 40
#define DISCORD_ID_MAX	       100
#define DISCORD_LABEL_MAX      80
#define DISCORD_URL_MAX	       512
#define DISCORD_ROW_MAX	       5

/* Action rows of a message without components v2. */
#define DISCORD_ROWS_PLAIN_MAX 5

/* Lists to choose from: what chat.proto allows. */
#define DISCORD_SELECTS_MAX 5

/* Digits of an id of Discord's: 64 bits. */
#define DISCORD_SNOWFLAKE_MAX 20
#define DISCORD_CHOICES_MAX   25
#define DISCORD_CHOICE_MAX    100
#define DISCORD_HOLDER_MAX    150
#define DISCORD_ALT_MAX	      1024
#define DISCORD_NONCE_MAX     25

/* Two rows: what chat.proto allows, and what a phone shows without turning
 * the card into a keyboard. */
#define DISCORD_BUTTONS_MAX 10

#define DISCORD_EMBED_TITLE_MAX	 256
#define DISCORD_EMBED_TEXT_MAX	 4096
#define DISCORD_EMBED_FIELDS_MAX 25
#define DISCORD_EMBED_NAME_MAX	 256
#define DISCORD_EMBED_VALUE_MAX	 1024
#define DISCORD_EMBED_MAX	 6000

#define DISCORD_MODAL_TITLE_MAX	 45
#define DISCORD_MODAL_INPUTS_MAX 5

/* Inputs looked at to find those: comparing ids is quadratic. */
#define DISCORD_MODAL_INPUTS_SEEN 20
#define DISCORD_INPUT_LABEL_MAX	  45
#define DISCORD_INPUT_TEXT_MAX	  100
#define DISCORD_INPUT_VALUE_MAX	  4000

/* A title on one or two lines; longer ones than chat.proto's are cut. */
#define DISCORD_TITLE_MAX 220

/* A name of a field, a progress text, a unit: as in chat.proto, with room. */
#define DISCORD_NAME_MAX 120

/* Columns of a code block that a desktop shows without breaking its lines. */
#define DISCORD_TABLE_COLUMNS 64

/* A cell of a grid, in bytes: four times what chat.proto allows. Longer ones
 * would be mostly padding; their table becomes paragraphs. */
#define DISCORD_CELL_MAX 400

/* Cells of the bar: it fits beside the percentage on a phone. */
#define DISCORD_BAR_LEN 20

/* Bars of one card, as in chat.proto. */
#define DISCORD_BARS_MAX 20

/* Short fields on one line. */
#define DISCORD_FIELDS_ABREAST 3

/* What can be degraded in one card is about a dozen kinds. */
#define DISCORD_NOTES_MAX 16

/* One body: the text twice escaped, two dozen components, 25 choices; a
 * command list of 100 commands with eight languages. */
#define DISCORD_BODY_MAX ((size_t)4 * 1024 * 1024)

/* ---- commands ---- */

#define DISCORD_COMMAND_NAME_MAX 32
#define DISCORD_COMMAND_TEXT_MAX 100
#define DISCORD_STRING_LEN_MAX	 6000

/* A required text that may be longer than this many bytes is asked for in a
 * form: the line where a command is typed shows about a third of it. */
#define DISCORD_INLINE_TEXT_MAX 200

/* Exact decimals up to a billion with six places: "1000000000.000000". */
#define DISCORD_AMOUNT_LEN_MAX 20

/* A plan tells the first differences of each command, not all of them. */
#define DISCORD_PLAN_FIELDS_MAX 8

/* Commands one application can have: 100, 15 and 15 by type, one entry. */
#define DISCORD_COMMANDS_MAX 131

/* ---- charts ---- */

#define DISCORD_SERIES_MAX 4
#define DISCORD_POINTS_MAX 512

/* Logical size: what a desktop shows of an image in a card. */
#define DISCORD_CHART_WIDTH  550
#define DISCORD_CHART_HEIGHT 275

/* A name beside its bar, in units: this many of the widest letters fit. Longer
 * ones are cut in the picture and stand whole in the text. */
#define DISCORD_BAR_NAME_MAX  28
#define DISCORD_BAR_VALUE_MAX 24

/* Lines of a vote's picture: an option with its bar, and the gauge. */
#define DISCORD_BAR_HEIGHT   36
#define DISCORD_GAUGE_HEIGHT 64

/* Larger than any size is drawn: 16 megapixels would take 64 MB. */
#define DISCORD_CHART_SCALE_MAX 4

/* A line chart of that size takes 20 to 120 kB; far below 10 MiB a file. */
#define DISCORD_CHART_BYTES_MAX ((size_t)2 * 1024 * 1024)

#endif
