/// How plans and reports are printed.
package enum PlanFormat: String, CaseIterable, Sendable {
    case table, json, yaml, markdown
}
