"""AWS::EC2: types of CloudFormation on what OpenStack has."""
