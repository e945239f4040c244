/* up.h - `stoa up` and `stoa down`. */
#ifndef STOA_UP_H
#define STOA_UP_H

int up_main(int argc, char **argv);
int down_main(int argc, char **argv);

#endif
