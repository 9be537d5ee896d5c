#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Stops the next solves of a model of Clp's C interface (`Clp_Simplex *`) after so many seconds of wall clock; negative: never.
///
/// The C interface itself only has `Clp_setMaximumSeconds`, which counts the processor time of all threads of the process.
void ClpWallClock_setMaximumSeconds(void *model, double seconds);

#ifdef __cplusplus
}
#endif
