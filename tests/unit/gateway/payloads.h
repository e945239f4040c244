/* payloads.h - what Discord sends, as its documentation shows it (API v10,
 * "receiving and responding"), with members that nobody here reads. */
#ifndef STOA_TESTS_GATEWAY_PAYLOADS_H
#define STOA_TESTS_GATEWAY_PAYLOADS_H

#define APP	"845027738276462632"
#define ID	"1100000000000000001"
#define GUILD	"290926798626357999"
#define CHANNEL "645027906669510667"
#define USER	"53908232506183680"
#define MESSAGE "1100000000000000900"
#define BOT	"845027738276462600"

#define USER_OBJECT                                                      \
	"{\"username\":\"mason\",\"public_flags\":131141,\"id\":\"" USER \
	"\",\"global_name\":\"Mason \\u2728\",\"discriminator\":\"0\","  \
	"\"avatar_decoration_data\":null,\"primary_guild\":null,"        \
	"\"avatar\":\"a_d5efa99b3eeaa7dd43acca82f5692432\"}"

#define MEMBER_WITH(permissions)                                        \
	"{\"user\":" USER_OBJECT ",\"roles\":[\"539082325061836999\"]," \
	"\"premium_since\":null,\"permissions\":\"" permissions "\","   \
	"\"pending\":false,\"nick\":null,\"mute\":false,\"flags\":0,"   \
	"\"joined_at\":\"2017-03-13T19:19:14.040000+00:00\","           \
	"\"is_pending\":false,\"deaf\":false,\"avatar\":null}"

/* Everything of an interaction but its type, who did it and its data. */
#define COMMON_PARTS                                                         \
	"\"version\":1,\"token\":\"aW50ZXJhY3Rpb246MTpzZWNyZXQ\","           \
	"\"locale\":\"de\",\"id\":\"" ID "\",\"entitlements\":[],"           \
	"\"entitlement_sku_ids\":[],\"channel_id\":\"" CHANNEL "\","         \
	"\"channel\":{\"id\":\"" CHANNEL "\",\"type\":0,\"name\":\"lab\"},"  \
	"\"attachment_size_limit\":10485760,\"application_id\":\"" APP "\"," \
	"\"app_permissions\":\"562949953601536\""

#define IN_GUILD(type, data)                                                   \
	"{\"type\":" type ",\"member\":" MEMBER_WITH(                          \
	    "2147483647") ","                                                  \
			  "\"guild_locale\":\"en-GB\",\"guild_id\":\"" GUILD   \
			  "\","                                                \
			  "\"guild\":{\"id\":\"" GUILD                         \
			  "\",\"locale\":\"en-GB\","                           \
			  "\"features\":[]},\"context\":0,"                    \
			  "\"authorizing_integration_owners\":{\"0\":\"" GUILD \
			  "\"},"                                               \
			  "\"data\":" data "," COMMON_PARTS "}"

#define IN_DM(type, data)                                            \
	"{\"type\":" type ",\"user\":" USER_OBJECT ",\"context\":1," \
	"\"authorizing_integration_owners\":{\"0\":\"0\"},"          \
	"\"data\":" data "," COMMON_PARTS "}"

/* On a message of ours, which carries the component. */
#define ON_MESSAGE(type, data)                                           \
	"{\"type\":" type ",\"member\":" MEMBER_WITH(                    \
	    "32") ","                                                    \
		  "\"guild_id\":\"" GUILD "\",\"message\":{\"type\":20," \
		  "\"id\":\"" MESSAGE                                    \
		  "\",\"flags\":32768,\"author\":{\"id\":\"" BOT         \
		  "\",\"bot\":true},\"content\":\"\"},"                  \
		  "\"data\":" data "," COMMON_PARTS "}"

#define COMMAND_DATA(name, options)                                       \
	"{\"type\":1,\"name\":\"" name "\",\"id\":\"771825006014889984\"" \
	",\"guild_id\":\"" GUILD "\",\"options\":" options "}"

#endif
