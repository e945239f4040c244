/* folder.h - folders of our own on the disk. Layer 4. */
#ifndef WORKER_FOLDER_H
#define WORKER_FOLDER_H

#include "base/check.h"
#include "base/status.h"

/* Removes a file or a folder with all that is in it; symbolic links are not
 * followed. What is not there is fine. Blocks. IO: something stayed. */
STOA_MUST_USE enum stoa_status worker_folder_remove(const char *path);

/* Makes it (mode 0700) when it is not there, and removes what is in it. */
STOA_MUST_USE enum stoa_status worker_folder_empty(const char *path);

#endif
