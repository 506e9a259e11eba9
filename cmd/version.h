/*
 * version - of this program.
 */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#define MDBISH_VERSION "0.1.0"

#endif
