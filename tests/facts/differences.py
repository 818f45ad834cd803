"""What types here take and give otherwise than Heat 27, and why: (type, place) → reason."""

GROUP_LATER = "checked where a member is made of it: the group's own validation asks no service"
TIME_OF_A_STACK = "a time limit below one minute would end each stack at once; refused where it is written"
CHECKED_HERE = "no value of less than one would do anything; refused where it is written"
MORE_ACTIONS = "more of its actions can be slowed down, for tests of heatlite"

_launch = "AWS::AutoScaling::LaunchConfiguration"
DIFFERENCES = {
    ("AWS::AutoScaling::AutoScalingGroup", "properties.HealthCheckType.constraints"): "Heat ignores the property",
    ("AWS::AutoScaling::AutoScalingGroup", "properties.InstanceId.constraints"): GROUP_LATER,
    (_launch, "properties.BlockDeviceMappings.schema.*.schema.Ebs.schema.SnapshotId.constraints"): GROUP_LATER,
    (_launch, "properties.ImageId.constraints"): GROUP_LATER,
    (_launch, "properties.InstanceId.constraints"): GROUP_LATER,
    (_launch, "properties.InstanceType.constraints"): GROUP_LATER,
    (_launch, "properties.KeyName.constraints"): GROUP_LATER,
    ("AWS::CloudFormation::Stack", "properties.TimeoutInMinutes.constraints"): TIME_OF_A_STACK,
    ("AWS::CloudFormation::Stack", "attributes.Outputs"): "all of Outputs.NAME at once, which Heat takes unlisted",
    ("OS::Heat::DeployedServer", "properties.metadata.status"): "deprecated in Heat's schema only; it is taken as ever",
    ("OS::Heat::RandomString", "properties.character_sequences.schema.*.schema.sequence.constraints"): CHECKED_HERE,
    ("OS::Heat::RandomString", "properties.sequence.status"): "shown, with what stands in its place in its description",
    ("OS::Heat::SoftwareComponent", "attributes.config"): "a component has several; Heat's attribute is always null",
    ("OS::Heat::SoftwareComponent", "attributes.configs"): "what Heat's class declares and its schema leaves out",
    ("OS::Heat::Stack", "properties.context.schema"): "another region or cloud is refused as a whole, with a reason",
    ("OS::Heat::Stack", "properties.timeout.constraints"): TIME_OF_A_STACK,
    ("OS::Heat::TestResource", "properties.action_wait_secs.schema.check"): MORE_ACTIONS,
    ("OS::Heat::TestResource", "properties.action_wait_secs.schema.resume"): MORE_ACTIONS,
    ("OS::Heat::TestResource", "properties.action_wait_secs.schema.suspend"): MORE_ACTIONS,
    ("OS::Heat::TestResource", "properties.constraint_prop_secs.constraints"): "a constraint for Heat's own tests",
    ("OS::Heat::TestResource", "attributes.output.type"): "it gives a text",
    ("OS::Neutron::NetworkGateway", "properties.connections.default"): "an empty list, where Heat has an empty map",
}
