#include "ClpWallClock.h"

#include <ClpSimplex.hpp>

// The structure behind Clp's C interface is declared for C++ on request (Coin_C_defines.h).
class CMessageHandler;
#define CLP_EXTERN_C
#include <Coin_C_defines.h>

void ClpWallClock_setMaximumSeconds(void *model, double seconds)
{
    static_cast<Clp_Simplex *>(model)->model_->setMaximumWallSeconds(seconds);
}
