extension Workload {
    /// What replicas are made from. Another template means other replicas, as the pod template of a Kubernetes Deployment does;
    /// everything else of a workload (scaling, demand, rules, budgets) holds for those that run.
    package struct Template: Equatable, Sendable {
        package var models: [String]
        package var engine: EngineSpec?
        package var predict: PredictTarget?
        /// The declared version of the model.
        package var revision: String?
        /// Accelerators of one replica, by type.
        package var accelerators: [AcceleratorType: Int]
    }

    package var template: Template {
        Template(
            models: models, engine: replica.engine, predict: predict, revision: replica.revision,
            accelerators: Dictionary(
                replica.profile.map { ($0.accelerator, $0.accelerators) }, uniquingKeysWith: { first, _ in first }))
    }

    /// This workload with the replicas of another generation of it.
    package func adopting(templateOf other: Workload) -> Workload {
        var workload = self
        workload.models = other.models
        workload.predict = other.predict
        workload.replica = other.replica
        workload.metadata.generation = other.metadata.generation
        return workload
    }
}
