/* run.h - `stoa run '/command'`: one command, its final card, an exit code. */
#ifndef STOA_RUN_H
#define STOA_RUN_H

int run_main(int argc, char **argv);

#endif
