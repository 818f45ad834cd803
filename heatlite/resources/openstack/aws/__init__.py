"""AWS::EC2: CloudFormation's types, implemented with OpenStack's services."""
