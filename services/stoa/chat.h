/* chat.h - `stoa chat`: a prompt that stays. */
#ifndef STOA_CHAT_H
#define STOA_CHAT_H

int chat_main(int argc, char **argv);

#endif
