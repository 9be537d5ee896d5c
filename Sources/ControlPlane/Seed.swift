import Hummingbird
package enum ControlPlaneSeed {}
import GRDB
import HummingbirdTLS
