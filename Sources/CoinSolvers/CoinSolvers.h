// The C interfaces of COIN-OR Clp (linear programs) and Cbc (branch and cut), from Debian's coinor-libclp-dev and coinor-libcbc-dev.
#pragma once
#include <Cbc_C_Interface.h>
#include <Clp_C_Interface.h>
