/* look.h - the commands that look: status, logs, doctor, verify, export. */
#ifndef STOA_LOOK_H
#define STOA_LOOK_H

int status_main(int argc, char **argv);
int logs_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int verify_main(int argc, char **argv);
int verify_vote_main(int argc, char **argv); /* argv[0] is "proposal" */
int export_main(int argc, char **argv);

#endif
