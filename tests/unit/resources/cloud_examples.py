"""Valid properties for each type of the cloud's services that needs some; more of a type's properties say more."""

ID = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"

CLOUD_EXAMPLES = {
    "OS::Cinder::Volume": {"size": 1, "metadata": {"for": "data"}},
    "OS::Cinder::VolumeAttachment": {"instance_uuid": ID, "volume_id": ID},
    "OS::Neutron::ExtraRoute": {"router_id": ID, "destination": "10.9.0.0/16", "nexthop": "10.0.0.9"},
    "OS::Neutron::ExtraRouteSet": {"router": ID, "routes": [{"destination": "10.9.0.0/16", "nexthop": "10.0.0.9"}]},
    "OS::Neutron::FloatingIP": {"floating_network": "public"},
    "OS::Neutron::FloatingIPAssociation": {"floatingip_id": ID, "port_id": ID},
    "OS::Neutron::FloatingIPPortForward": {
        "floating_ip": ID,
        "internal_port": ID,
        "internal_ip_address": "10.0.0.9",
        "internal_port_number": 22,
        "external_port": 2222,
        "protocol": "tcp",
    },
    "OS::Neutron::Port": {"network": "private", "fixed_ips": [{"subnet": ID, "ip_address": "10.0.0.9"}]},
    "OS::Neutron::ProviderNet": {"network_type": "vlan", "physical_network": "physnet1", "segmentation_id": "120"},
    "OS::Neutron::QoSBandwidthLimitRule": {"policy": ID, "max_kbps": 1000},
    "OS::Neutron::QoSDscpMarkingRule": {"policy": ID, "dscp_mark": 16},
    "OS::Neutron::QoSMinimumBandwidthRule": {"policy": ID, "min_kbps": 1000},
    "OS::Neutron::QoSMinimumPacketRateRule": {"policy": ID, "min_kpps": 10, "direction": "any"},
    "OS::Neutron::RBACPolicy": {
        "object_type": "network",
        "object_id": ID,
        "action": "access_as_shared",
        "target_tenant": ID,
    },
    "OS::Neutron::Router": {"external_gateway_info": {"network": "public"}},
    "OS::Neutron::RouterInterface": {"router": ID, "subnet": ID},
    "OS::Neutron::SecurityGroup": {"rules": [{"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}]},
    "OS::Neutron::SecurityGroupRule": {"security_group": ID, "port_range_min": 80, "port_range_max": 80},
    "OS::Neutron::Segment": {"network": ID, "network_type": "vxlan", "segmentation_id": 100},
    "OS::Neutron::Subnet": {"network": ID, "cidr": "10.0.0.0/24"},
    "OS::Neutron::SubnetPool": {"prefixes": ["10.0.0.0/8"], "min_prefixlen": 16, "max_prefixlen": 28},
    "OS::Neutron::Trunk": {
        "port": ID,
        "sub_ports": [{"port": ID, "segmentation_type": "vlan", "segmentation_id": 100}],
    },
    "OS::Nova::Flavor": {"ram": 512, "vcpus": 1, "extra_specs": {"hw:cpu_policy": "shared"}},
    "OS::Nova::KeyPair": {"name": "key"},
    "OS::Nova::ServerGroup": {"policies": ["affinity"]},
}
